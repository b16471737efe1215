"""Hours of faults in minutes: schedules every few seconds, and somebody who kills, stops and restarts all the time."""
