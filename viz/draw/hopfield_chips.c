/* What can be turned on the screen of a Hopfield store: a box for each, with its name, its key and
 * its value. */
#include "draw/lab_places.h"
#include "draw/screen.h"

#include <stdio.h>

static void chip_text(const mann_lab *lab, mann_chip chip, const char **name, const char **key,
                      char text[48])
{
    const mann_lab_setting *setting = &lab->setting;
    double beta = setting->net.beta;
    char number[32];
    *text = 0;
    switch (chip) {
    case MANN_CHIP_RULE:
        *name = "rule";
        *key = "M";
        mann_lab_rule_name(&setting->net, text);
        return;
    case MANN_CHIP_UPDATE:
        *name = "update";
        *key = "U";
        snprintf(text, 48, "%s",
                 !mann_lab_has_update(lab)               ? "its own"
                 : setting->update == MANN_HOPFIELD_SYNC ? "synchronous"
                                                         : "asynchronous");
        return;
    case MANN_CHIP_SHARPNESS:
        *key = "< >";
        *name = "sharpness";
        snprintf(text, 48, "-");
        if (setting->net.rule == MANN_HOPFIELD_DENSE) {
            *name = "order n";
            snprintf(text, 48, "%d", setting->net.order ? setting->net.order : 2);
        } else if (!mann_lab_has_update(lab)) {
            bool modern = setting->net.rule == MANN_HOPFIELD_MODERN;
            *name = modern ? "β" : "gain β";
            snprintf(text, 48, "%s", mann_number(number, beta > 0 ? beta : modern ? 1 : 4));
        }
        return;
    case MANN_CHIP_PATTERN:
        *name = "cue";
        *key = "↑ ↓";
        snprintf(text, 48, lab->painted ? "painted" : "#%d", setting->pattern + 1);
        return;
    case MANN_CHIP_DAMAGE:
        *name = "damage";
        *key = "D";
        snprintf(text, 48, "%s",
                 setting->damage == MANN_DAMAGE_NOISE  ? "flipped"
                 : setting->damage == MANN_DAMAGE_MASK ? "unknown"
                                                       : "lower half unknown");
        return;
    case MANN_CHIP_AMOUNT:
        *name = "how much";
        *key = "+ −";
        if (setting->damage == MANN_DAMAGE_HALF) {
            snprintf(text, 48, "-");
        } else {
            snprintf(text, 48, "%.0f %%", 100 * setting->amount);
        }
        return;
    case MANN_CHIP_DRAW:
        *name = "draw";
        *key = "N";
        snprintf(text, 48, "%llu", (unsigned long long)setting->draw);
        return;
    case MANN_CHIPS: return;
    }
}

void mann_draw_chips(cairo_t *cr, const mann_scene *scene, const mann_lab_places *at)
{
    const mann_theme *theme = mann_theme_get(scene->dark);
    for (int i = 0; i < MANN_CHIPS; i++) {
        mann_box box = at->chip[i];
        const char *name = "", *key = "";
        char text[48];
        chip_text(scene->lab, (mann_chip)i, &name, &key, text);
        mann_fill(cr, box, theme->card);
        bool on = scene->pointed && mann_box_holds(box, scene->x, scene->y);
        mann_frame(cr, box, on ? theme->cursor : theme->line);
        double key_wide = mann_text(cr, MANN_FONT_SMALL, theme->cursor, box.x + box.w - 7,
                                    box.y + 13, MANN_RIGHT, key);
        mann_text_fit(cr, MANN_FONT_SMALL, theme->muted, box.x + 8, box.y + 13, MANN_LEFT,
                      box.w - 20 - key_wide, name);
        mann_text_fit(cr, MANN_FONT_TITLE, *text == '-' ? theme->faint : theme->text, box.x + 8,
                      box.y + 28, MANN_LEFT, box.w - 14, text);
    }
}
