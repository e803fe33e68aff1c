#!/bin/sh
# The real window, under Xvfb with synthetic keys and mouse: open, scrub, resize, follow a run,
# take a picture, quit. Pictures that the viewer saves are named by its state, which is how this
# script sees where it is.
#
#     test_window.sh MANN-VIEW MAKE-SYNTHETIC MANN
view=$(realpath "$1") make=$(realpath "$2") mann=$(realpath "$3")
for tool in Xvfb xdotool; do
    command -v $tool >/dev/null || { echo "SKIP: $tool is missing"; exit 77; }
done
folder=$(mktemp -d /tmp/mann-window-XXXXXX)
server= viewer= training=
finish() {
    [ -n "$training" ] && kill "$training" 2>/dev/null
    [ -n "$viewer" ] && kill "$viewer" 2>/dev/null
    [ -n "$server" ] && kill "$server" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
fail() { echo "FAIL: $*"; ls "$folder"; exit 1; }

"$make" "$folder/copy-1" 20 128 20 1 1 3 || fail "no run to look at"
cd "$folder" || exit 1

# Without a display: a message that names what to do, and exit code 2.
DISPLAY= WAYLAND_DISPLAY= "$view" copy-1 2>words; code=$?
[ $code = 2 ] && grep -q "mann render" words || fail "no display gave $code: $(cat words)"
SDL_VIDEODRIVER=dummy "$view" copy-1 2>words; code=$?
[ $code = 2 ] && grep -q "mann render" words || fail "an invisible window gave $code"
"$view" nowhere 2>words; code=$?
[ $code = 1 ] && grep -q nowhere words || fail "a missing run gave $code"
echo junk >junk.safetensors
"$view" junk.safetensors 2>words; code=$?
[ $code = 4 ] && grep -q junk.safetensors words || fail "a foreign file gave $code"
"$view" --theme pink copy-1 2>words; [ $? = 2 ] || fail "a bad option is not refused"
"$view" -h | grep -q "usage: mann-view" || fail "-h says nothing"

Xvfb -displayfd 3 -screen 0 1400x900x24 3>display 2>/dev/null &
server=$!
for i in $(seq 50); do [ -s display ] && break; sleep 0.1; done
[ -s display ] || { echo "SKIP: Xvfb does not start"; exit 77; }
DISPLAY=:$(cat display)
export DISPLAY SDL_VIDEODRIVER=x11

"$view" copy-1 &
viewer=$!
for i in $(seq 100); do window=$(xdotool search --name '^copy-1$' 2>/dev/null | tail -n 1)
    [ -n "$window" ] && break; sleep 0.1; done
[ -n "$window" ] || fail "no window appears"
xdotool windowfocus "$window" 2>/dev/null; sleep 0.5

# Waits for the picture called $1 to be saved.
saved() {
    for i in $(seq 50); do [ -s "$1" ] && return; sleep 0.1; done
    fail "$1 was not saved"
}

xdotool key s;                              saved copy-1-200-L20-s7-t30.png
xdotool key Right Right shift+Right s;      saved copy-1-200-L20-s7-t40.png
xdotool key Home z t s;                     saved copy-1-200-L20-s7-t0-all-light.png
xdotool key t z bracketleft s;              saved copy-1-100-L20-s7-t0.png
xdotool key bracketright End 4 s;           saved copy-1-200-L20-s7-t40-screen-4.png
xdotool key 1 Home
# A click on the middle of the episode's time line, then a drag to its end.
xdotool mousemove --window "$window" 606 730 mousedown 1; sleep 0.3
xdotool key s;                              saved copy-1-200-L20-s7-t20.png
xdotool mousemove --window "$window" 1075 700 mouseup 1
rm -f copy-1-200-L20-s7-t40.png; xdotool key s; saved copy-1-200-L20-s7-t40.png

# Resized: the picture has the new size.
xdotool windowsize --sync "$window" 960 600; sleep 0.5
xdotool key Left s;                         saved copy-1-200-L20-s7-t39.png
size=$(od -An -tu1 -j16 -N8 copy-1-200-L20-s7-t39.png | tr -s ' ')
[ "$size" = " 0 0 3 192 0 0 2 88" ] || fail "960x600 gave the size$size"
xdotool windowsize --sync "$window" 1 1; sleep 0.3
xdotool windowsize --sync "$window" 1280 800; sleep 0.3

# Training goes on: the new trace appears by itself.
"$make" copy-1 20 128 20 1 1 4; sleep 2.5
xdotool key s;                              saved copy-1-300-L20-s7-t39.png

# Idle: below 1 % of a processor.
if [ -r "/proc/$viewer/stat" ]; then
    xdotool mousemove 1390 890; sleep 1
    before=$(awk '{ print $14 + $15 }' "/proc/$viewer/stat"); sleep 5
    used=$(($(awk '{ print $14 + $15 }' "/proc/$viewer/stat") - before))
    [ $used -le $(($(getconf CLK_TCK) * 5 / 100)) ] || fail "idle, $used ticks in 5 s"
fi

# The folder disappears: the picture stays, and the viewer runs on.
mv copy-1 elsewhere; sleep 2
kill -0 "$viewer" || fail "the viewer ended with the run folder"
xdotool key Home s;                         saved copy-1-300-L20-s7-t0.png

xdotool key ctrl+q
wait "$viewer"; code=$?
viewer=
[ $code = 0 ] || fail "quitting gave $code"

# A Hopfield store: the cue is painted, damaged and settles; the file that the viewer reads goes.
printf '##..\n##..\n....\n....\n\n..##\n..##\n....\n....\n' >squares
mkdir place
TMPDIR=$PWD/place "$mann" hopfield --patterns squares --corrupt 0.1 --theme dark --view >/dev/null &
viewer=$!
for i in $(seq 100); do window=$(xdotool search --name '^squares$' 2>/dev/null | tail -n 1)
    [ -n "$window" ] && break; sleep 0.1; done
[ -n "$window" ] || fail "no store appears"
[ "$(ls place)" ] || fail "the viewer reads no file"
xdotool windowfocus "$window" 2>/dev/null; sleep 0.5
xdotool key s;                      saved squares-rule-hebb-cue-1-noise-0.1-draw-1.png
xdotool key m Down d s;             saved squares-rule-storkey-cue-2-mask-0.1-draw-1.png
xdotool key Home; sleep 0.2
xdotool mousemove --window "$window" 380 200 click 1; sleep 0.3
xdotool key End s; sleep 0.5
ls squares-*-edited*.png >/dev/null 2>&1 || fail "the cue is not painted"
xdotool key ctrl+q
wait "$viewer"; code=$?
viewer=
[ $code = 0 ] || fail "quitting the store gave $code"
[ -z "$(ls place)" ] || fail "the viewer's file stays: $(ls place)"

# A model that answers questions, where there is one: letters are letters while a question is typed.
if "$mann" models | grep -q '^memn2n '; then
    "$mann" train story --model memn2n -o tale --sequences 800 -q -p train.validate_every=50 ||
        fail "no model of stories"
    "$view" tale &
    viewer=$!
    for i in $(seq 100); do window=$(xdotool search --name '^tale$' 2>/dev/null | tail -n 1)
        [ -n "$window" ] && break; sleep 0.1; done
    [ -n "$window" ] || fail "no story appears"
    xdotool windowfocus "$window" 2>/dev/null; sleep 0.5
    xdotool key Down Down s;            saved tale-question-3-screen-3.png
    rm tale-question-3-screen-3.png # the letter of the key that begins a question is no part of it
    xdotool key e Return s;             saved tale-question-3-screen-3.png
    xdotool key e; sleep 0.2
    xdotool type 'qnsw'; sleep 0.2
    [ "$(ls tale-*.png | wc -l)" = 1 ] || fail "typing is taken for keys"
    xdotool key BackSpace Return s;     saved tale-question-3-edited-screen-3.png
    xdotool key Escape Down s;          saved tale-question-4-screen-3.png
    xdotool key ctrl+q
    wait "$viewer"; code=$?
    viewer=
    [ $code = 0 ] || fail "quitting the story gave $code"
fi

# Training that is watched: its traces appear, another example is run from its checkpoint, its
# input is edited; closing the window leaves it training. (At such a rate it learns nothing, and so
# does not end.)
"$mann" train copy -o live --view --threads 1 --max-time 2m -q \
    -p task.length=1..5 -p train.lr=1e-9 -p train.trace_every=1 -p train.validate_every=20 &
training=$!
for i in $(seq 100); do window=$(xdotool search --name '^live$' 2>/dev/null | tail -n 1)
    [ -n "$window" ] && break; sleep 0.1; done
[ -n "$window" ] || fail "training opens no window"
xdotool windowfocus "$window" 2>/dev/null
for i in $(seq 100); do [ -e live/checkpoints/LATEST ] && break; sleep 0.1; done
sleep 1.5
xdotool key s; sleep 0.5
first=$(ls live-[1-9]*-L20-s7-t30.png 2>/dev/null | tail -n 1)
[ -n "$first" ] || fail "no trace of the training is shown"
for i in $(seq 60); do
    xdotool key s; sleep 0.5
    [ "$(ls live-*-L20-s7-t30.png | wc -l)" -ge 2 ] && break
done
[ "$(ls live-*-L20-s7-t30.png | wc -l)" -ge 2 ] || fail "the training is not followed"
xdotool key n; sleep 0.3; xdotool key s; sleep 0.5
ls live-*-L20-s8-t30.png >/dev/null 2>&1 || fail "no new example is run"
xdotool key greater; sleep 0.3; xdotool key s; sleep 0.5
ls live-*-L22-s8-t*.png >/dev/null 2>&1 || fail "no longer example is run"
xdotool key e; sleep 0.3; xdotool key space; sleep 0.3; xdotool key e s; sleep 0.5
ls live-*-edited*.png >/dev/null 2>&1 || fail "the input is not edited"
xdotool key ctrl+q; sleep 0.5
xdotool search --name '^live$' >/dev/null 2>&1 && fail "the window stays"
lines=$(wc -l <live/metrics.jsonl)
for i in $(seq 100); do [ "$(wc -l <live/metrics.jsonl)" -gt "$lines" ] && break; sleep 0.1; done
[ "$(wc -l <live/metrics.jsonl)" -gt "$lines" ] || fail "closing the window stops the training"
kill -TERM "$training"; wait "$training"; code=$?
training=
[ $code = 75 ] || fail "the training ended with $code"
echo "the window works"
