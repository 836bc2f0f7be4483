"""The calendar: instants and zones give local days, and days give the periods of a frequency."""
