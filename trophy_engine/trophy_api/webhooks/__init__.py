"""The webhooks of the hosted platform: the body of each, made from the effects of an engine, and their delivery."""
