"""People on the desk: registrations, late requests, the door, the sign-off and the charges that follow from it."""
