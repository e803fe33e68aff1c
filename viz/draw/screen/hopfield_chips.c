/* What can be turned on the screen of a Hopfield store: a box for each, with its name, its key and
 * its value. */
#include "draw/screen/lab_places.h"
#include "draw/screen/screen.h"

#include <stdio.h>

/* Each with its name, but where the rule calls the sharpness otherwise. */
static const struct {
    const char *name, *key;
} chips[MANN_CHIPS] = {
    [MANN_CHIP_RULE] = {"rule", "M"},
    [MANN_CHIP_UPDATE] = {"update", "U"},
    [MANN_CHIP_SHARPNESS] = {"sharpness", "< >"},
    [MANN_CHIP_PATTERN] = {"cue", "↑ ↓"},
    [MANN_CHIP_DAMAGE] = {"damage", "D"},
    [MANN_CHIP_AMOUNT] = {"how much", "+ −"},
    [MANN_CHIP_DRAW] = {"draw", "N"},
};

/* Of rules that have one; returns what they call it. */
static const char *sharpness_text(const mann_lab *lab, char text[48])
{
    const mann_hopfield_options *net = &lab->setting.net;
    char number[32];
    if (net->rule == MANN_HOPFIELD_DENSE) {
        snprintf(text, 48, "%d", net->order ? net->order : 2);
        return "order n";
    }
    if (mann_lab_has_update(lab)) {
        snprintf(text, 48, "-");
        return chips[MANN_CHIP_SHARPNESS].name;
    }
    bool modern = net->rule == MANN_HOPFIELD_MODERN;
    snprintf(text, 48, "%s", mann_number(number, net->beta > 0 ? net->beta : modern ? 1 : 4));
    return modern ? "β" : "gain β";
}

/* The chip's value; returns its name. */
static const char *chip_text(const mann_lab *lab, mann_chip chip, char text[48])
{
    static const char *const damage[MANN_DAMAGES] = {"flipped", "unknown", "lower half unknown"};
    const mann_lab_setting *setting = &lab->setting;
    bool half = setting->damage == MANN_DAMAGE_HALF;
    switch (chip) {
    case MANN_CHIP_RULE: mann_lab_rule_name(&setting->net, text); break;
    case MANN_CHIP_UPDATE:
        snprintf(text, 48, "%s",
                 !mann_lab_has_update(lab)               ? "its own"
                 : setting->update == MANN_HOPFIELD_SYNC ? "synchronous"
                                                         : "asynchronous");
        break;
    case MANN_CHIP_SHARPNESS: return sharpness_text(lab, text);
    case MANN_CHIP_PATTERN:
        snprintf(text, 48, lab->painted ? "painted" : "#%d", setting->pattern + 1);
        break;
    case MANN_CHIP_DAMAGE: snprintf(text, 48, "%s", damage[setting->damage]); break;
    case MANN_CHIP_AMOUNT: snprintf(text, 48, half ? "-" : "%.0f %%", 100 * setting->amount); break;
    case MANN_CHIP_DRAW: snprintf(text, 48, "%llu", (unsigned long long)setting->draw); break;
    case MANN_CHIPS: break;
    }
    return chips[chip].name;
}

void mann_draw_chips(cairo_t *cr, const mann_scene *scene, const mann_lab_places *at)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    for (int i = 0; i < MANN_CHIPS; i++) {
        mann_box box = at->chip[i];
        char text[48] = "";
        const char *name = chip_text(scene->lab, (mann_chip)i, text);
        mann_fill(cr, box, theme->card);
        bool on = scene->pointed && mann_box_holds(box, scene->x, scene->y);
        mann_frame(cr, box, on ? theme->cursor : theme->line);
        double key_wide = mann_text(cr, MANN_FONT_SMALL, theme->cursor, box.x + box.w - 7,
                                    box.y + 13, MANN_RIGHT, chips[i].key);
        mann_text_fit(cr, MANN_FONT_SMALL, theme->muted, box.x + 8, box.y + 13, MANN_LEFT,
                      box.w - 20 - key_wide, name);
        mann_text_fit(cr, MANN_FONT_TITLE, *text == '-' ? theme->faint : theme->text, box.x + 8,
                      box.y + 28, MANN_LEFT, box.w - 14, text);
    }
}
