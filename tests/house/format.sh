#!/bin/sh
# Every C file is as clang-format leaves it. 77 tells Meson that the test was skipped.
#
# Usage: format.sh ROOT
set -eu
cd "$1"
tool=
for name in clang-format-14 clang-format; do
    if command -v "$name" >/dev/null 2>&1; then
        tool=$name
        break
    fi
done
if [ -z "$tool" ]; then
    echo "skipped: clang-format is not installed"
    exit 77
fi
# Versions differ in what they make of the same style; the reference is Debian 12's.
case $("$tool" --version) in
*"version 14."*) ;;
*)
    echo "skipped: this is not clang-format 14: $("$tool" --version)"
    exit 77
    ;;
esac
set --
for folder in include src tasks viz bench tests examples; do
    [ -d "$folder" ] && set -- "$@" "$folder"
done
files=$(find "$@" \( -name '*.c' -o -name '*.h' \) -exec "$tool" --dry-run --Werror {} + 2>&1 |
    sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: error:.*/\1/p' | sort | uniq -c)
[ -z "$files" ] || {
    echo "lines that clang-format -i would change:"
    echo "$files"
    exit 1
}
