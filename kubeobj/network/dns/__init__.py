"""Names of Services, for whoever asks by DNS: the zone, what is answered, and who answers."""
