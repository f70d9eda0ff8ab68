"""Where things are: pure geometry and membership on arrays.

Holds fences (polygons with versions and time windows), exact point-in-fence at speed, and the membership of
vessels in fences with hysteresis. Refuses to do I/O beyond reading a fence file, to read the clock, or to know
what a vessel or an alert is: it imports nothing of ours.
"""
