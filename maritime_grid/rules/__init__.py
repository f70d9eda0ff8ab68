"""Rules: pure steps from what happened to alerts, one file a rule; thresholds come with the world."""
