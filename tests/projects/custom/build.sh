#!/bin/sh
# Called as: build.sh --image REPOSITORY:TAG --from FOLDER
set -eu
image="" from=""
while [ $# -gt 0 ]; do
  case $1 in
    --image) image=$2; shift 2 ;;
    --from) from=$2; shift 2 ;;
    *) echo "build.sh: what is $1?" >&2; exit 2 ;;
  esac
done
echo "making $image from $from"
tar --sort=name --mtime=@0 --owner=0 --group=0 -C "$from" -c . | docker import - "$image"
