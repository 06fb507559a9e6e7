#!/bin/sh
# deploy/space.sh FOLDER: put together what a Docker Space of Hugging Face needs, which is also all that serves.
set -eu
folder=${1:?usage: deploy/space.sh FOLDER}
cd "$(dirname "$0")/.."
mkdir -p "$folder"
git archive HEAD app.py pages ui aecore assets .streamlit requirements-serve.txt requirements-hall.txt | tar -x -C "$folder"
cp deploy/Dockerfile "$folder/Dockerfile"
cat >"$folder/README.md" <<'END'
---
title: Autoencoder playground
emoji: ✏️
colorFrom: indigo
colorTo: gray
sdk: docker
app_port: 8501
pinned: false
short_description: Draw a digit, bend its sixteen numbers
---
The app is described in its own repository; this one holds what serves it.
END
