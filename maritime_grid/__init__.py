"""What it means: domain, rules, engine, store, pipeline and command line of the maritime grid platform."""
