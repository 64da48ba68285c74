import os

# Real logs are too large for the repository: WORKPACT_LOGS names the folder that has them.
collect_ignore_glob = [] if os.environ.get("WORKPACT_LOGS") else ["*"]
