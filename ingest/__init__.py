"""What a feed says: transports and decoders, from bytes to a `Batch` of columns.

Holds the readers of UDP, TCP, files and MQTT, the decoders of AIS sentences, JSON dialects and CSV, and the
batch they all end in. Refuses to know what a grid, an alert or a database is: it imports nothing of ours.
"""
