/* Editing the input: a cursor on the bits of the rows that pose the episode. A change is a wish to
 * run the checkpoint on them, so that the whole picture answers at once. */
#include "view.h"

#include <string.h>

void mann_view_edit_place(mann_view *view)
{
    mann_rows *rows = &view->rows;
    view->edit_row = view->edit_row < 0             ? 0
                     : view->edit_row >= rows->rows ? rows->rows - 1
                                                    : view->edit_row;
    view->edit_bit = view->edit_bit < 0              ? 0
                     : view->edit_bit >= rows->width ? rows->width - 1
                                                     : view->edit_bit;
    view->scene.edit_step = rows->step[view->edit_row];
    view->scene.edit_channel = view->edit_bit;
}

static unsigned move(mann_view *view, int32_t rows, int32_t bits)
{
    view->edit_row += rows;
    view->edit_bit += bits;
    mann_view_edit_place(view);
    view->scene.step = view->scene.edit_step;
    return MANN_WISH_DRAW;
}

static unsigned flip(mann_view *view)
{
    view->rows.bit[view->edit_row * view->rows.width + view->edit_bit] ^= 1;
    return MANN_WISH_POSE | MANN_WISH_DRAW;
}

/* A row like this one, behind it. */
static unsigned add_row(mann_view *view)
{
    mann_rows *rows = &view->rows;
    size_t width = (size_t)rows->width;
    if (rows->rows == MANN_MOST_ROWS) {
        mann_view_say(view, true, "more than %d rows", MANN_MOST_ROWS);
        return MANN_WISH_DRAW;
    }
    uint8_t *at = rows->bit + (size_t)view->edit_row * width;
    memmove(at + width, at, (size_t)(rows->rows - view->edit_row) * width);
    rows->rows++;
    view->edit_row++;
    return MANN_WISH_POSE | MANN_WISH_DRAW;
}

static unsigned remove_row(mann_view *view)
{
    mann_rows *rows = &view->rows;
    size_t width = (size_t)rows->width;
    if (rows->rows == 1) {
        mann_view_say(view, true, "one row must stay");
        return MANN_WISH_DRAW;
    }
    rows->rows--;
    uint8_t *at = rows->bit + (size_t)view->edit_row * width;
    memmove(at, at + width, (size_t)(rows->rows - view->edit_row) * width);
    view->edit_row -= view->edit_row == rows->rows;
    return MANN_WISH_POSE | MANN_WISH_DRAW;
}

unsigned mann_view_edit_key(mann_view *view, const mann_gesture *event, bool *taken)
{
    int32_t by = event->shift ? 10 : 1;
    *taken = true;
    switch (event->key) {
    case MANN_KEY_LEFT: return move(view, -by, 0);
    case MANN_KEY_RIGHT: return move(view, by, 0);
    case MANN_KEY_UP: return move(view, 0, 1);
    case MANN_KEY_DOWN: return move(view, 0, -1);
    case ' ': return flip(view);
    case '+':
    case '=': return add_row(view);
    case '-': return remove_row(view);
    case 'e':
    case MANN_KEY_ESCAPE:
        view->scene.editing = false;
        view->message_until = 0;
        return MANN_WISH_DRAW;
    default: *taken = false; return 0;
    }
}

unsigned mann_view_edit_press(mann_view *view, int32_t step, int32_t channel, bool *taken)
{
    for (int32_t r = 0; r < view->rows.rows && channel < view->rows.width; r++) {
        if (view->rows.step[r] == step) {
            *taken = true;
            view->edit_row = r;
            view->edit_bit = channel;
            return flip(view);
        }
    }
    *taken = false;
    return 0;
}
