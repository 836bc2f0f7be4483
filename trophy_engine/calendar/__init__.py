"""The calendar: instants, local days in time zones, periods of a frequency, and runs of leaderboards."""
