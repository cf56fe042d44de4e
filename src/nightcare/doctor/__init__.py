"""What is wrong here, and the mend: what the probes find, judged.

Bad is what keeps reminders, or what is remembered, from the person; a warning what may.
"""
