"""What a program takes, without looking at it while it runs.

spent.py LOG PROGRAM [ARGUMENT...]: prints seconds and the most memory in MB; the program's words go to LOG.
"""

import os
import subprocess
import sys
import time

log, *command = sys.argv[1:]
with open(log, "w") as words:
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)
    _, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - begin
if status:
    sys.exit(open(log).read())
print(f"{took:.2f} {used.ru_maxrss // 1024}")
