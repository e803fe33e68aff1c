#!/bin/sh
# mann/mann.h includes every public header but mann/gsl.h; every header is installed.
#
# Usage: umbrella.sh FOLDER INSTALLED-HEADER...
set -eu
folder=$1
shift
bad=0
for path in "$folder"/*.h; do
    name=$(basename "$path")
    case " $* " in
    *" $name "*) ;;
    *)
        echo "$name is not installed (include/mann/meson.build)"
        bad=1
        ;;
    esac
    [ "$name" = gsl.h ] || [ "$name" = mann.h ] ||
        grep -qx "#include <mann/$name>" "$folder/mann.h" || {
        echo "mann.h does not include mann/$name"
        bad=1
    }
done
exit $bad
