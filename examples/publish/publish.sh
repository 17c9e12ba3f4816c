#!/bin/bash
# examples/publish/publish.sh - Publishes what is tagged: asks git, writes the notes, and tells what it does on stderr.
set -euo pipefail
log() { echo "$1 publish: $2" >&2; }

command -v gh > /dev/null || log WARNING "no gh here: the release stays local"
tag=$(git describe --tags)
log INFO "publishing $tag"
changes=$(git log --oneline "$(cat /srv/releases/last)..$tag" | wc -l)
printf '{"tag": "%s", "changes": %d}\n' "$tag" "$changes" > "/srv/releases/$tag.json"
echo "$tag" > /srv/releases/last
log INFO "published $tag"
