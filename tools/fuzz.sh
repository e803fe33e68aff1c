#!/usr/bin/env bash
# Builds the fuzzers with clang, libFuzzer and the address and undefined-behaviour sanitizers in
# build-fuzz/, and runs them one after the other. On Debian: clang and libclang-rt-14-dev.
#
#   tools/fuzz.sh [TARGET...] [-- OPTIONS OF LIBFUZZER]     default: every target, -runs=10000000
#
# What a target finds worth keeping goes to build-fuzz/corpus/TARGET; an input that breaks it to
# build-fuzz/TARGET-crash-... A small input of each kind belongs into tests/fuzz/corpus/TARGET, from
# which every ./check starts; words that are hard to guess into tests/fuzz/words/TARGET.
set -eu
cd "$(dirname "$0")/.."
targets=() options=(-runs=10000000)
while [ $# -gt 0 ]; do
    case $1 in
    --) shift; options=("$@"); break ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit ;;
    *) targets+=("$1") ;;
    esac
    shift
done
if [ ${#targets[@]} -eq 0 ]; then
    for folder in tests/fuzz/corpus/*/; do
        targets+=("$(basename "$folder")")
    done
fi
if [ ! -d build-fuzz ]; then
    CC=clang meson setup build-fuzz -Dfuzz=true -Dbuildtype=debugoptimized -Db_lundef=false \
        -Db_sanitize=address,undefined -Dc_args=-fsanitize=fuzzer-no-link -Dviewer=disabled
fi
ninja -C build-fuzz "${targets[@]/#/tests/fuzz/fuzzer_}"
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# Short stacks and a small quarantine: most of the time goes into malloc otherwise.
export ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=16
for target in "${targets[@]}"; do
    mkdir -p "build-fuzz/corpus/$target"
    echo "$target"
    case $target in # enough for one of everything; short inputs are quick
    store | checkpoint) longest=1536 ;;
    options | command) longest=512 ;;
    *) longest=1024 ;;
    esac
    "build-fuzz/tests/fuzz/fuzzer_$target" -rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=10 \
        -max_len="$longest" -dict="tests/fuzz/words/$target" -print_final_stats=1 \
        -artifact_prefix="build-fuzz/$target-" "${options[@]}" \
        "build-fuzz/corpus/$target" "tests/fuzz/corpus/$target"
done
