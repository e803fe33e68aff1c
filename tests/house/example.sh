#!/bin/sh
# Installs into a scratch folder and builds examples/copy.c there as a stranger would: with
# pkg-config, against the shared library, the static one, and as C++ if there is a compiler.
#
# Usage: example.sh MESON BUILD-DIR PREFIX LIBDIR SOURCE CC [CXX]
set -eu
meson=$1 build=$2 prefix=$3 libdir=$4 source=$5 cc=$6 cxx=${7:-}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mann-example-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

unset DESTDIR
"$meson" install -C "$build" --no-rebuild --quiet --destdir "$scratch/root" \
    >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
lib=$scratch/root$prefix/$libdir

# A scratch folder is not where the library says it is.
grep -qx "prefix=$prefix" "$lib/pkgconfig/mann.pc"
sed -i "s|^prefix=.*|prefix=$scratch/root$prefix|" "$lib/pkgconfig/mann.pc"
PKG_CONFIG_PATH=$lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH
warnings='-Wall -Wextra -Wpedantic -Werror'
cflags=$(pkg-config --cflags mann)

$cc -std=c11 $warnings $cflags "$source" -o "$scratch/shared" $(pkg-config --libs mann)
LD_LIBRARY_PATH=$lib "$scratch/shared" | tee "$scratch/shared.out"
grep -q 'loss' "$scratch/shared.out"

# The static library. What it needs stays shared: a static libarchive would need packages that
# libarchive-dev does not bring.
private=$(pkg-config --print-requires-private mann)
private="$lib/libmann.a $(pkg-config --libs $private) -pthread -lm"
rm "$lib"/libmann.so*
$cc -std=c11 $warnings $cflags "$source" -o "$scratch/static" $private
"$scratch/static" >"$scratch/static.out"
cmp "$scratch/shared.out" "$scratch/static.out"
if [ -n "$cxx" ]; then
    echo '#include <mann/mann.h>
int main() { mann_context_free(mann_context_alloc()); }' >"$scratch/plus.cc"
    $cxx $warnings $cflags "$scratch/plus.cc" -o "$scratch/plus" $private
    "$scratch/plus"
fi
echo "shared and static: the same"

# Everything else that an installation holds.
share=$scratch/root$prefix/share
for file in man/man1/mann.1 man/man1/mann-view.1 bash-completion/completions/mann \
    mann/experiments/ntm-copy.json; do
    [ -s "$share/$file" ] || { echo "not installed: share/$file"; exit 1; }
done
