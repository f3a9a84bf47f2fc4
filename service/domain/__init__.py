"""The rules of a study day: standard library only, values in, values out; time is always an argument."""
