/* What a scene shows of what it holds. */
#include "show/scene.h"

mann_scene mann_scene_make(void)
{
    return (mann_scene){
        .width = 1280, .height = 800, .dark = true, .pin = {-1, 0, -1}, .focus = -1, .speed = 1};
}

mann_stretch mann_scene_stretch(const mann_scene *scene, const mann_family *family)
{
    mann_stretch used = scene->used ? scene->used[family - scene->episode->family] : family->used;
    bool part = scene->locations == MANN_LOCATIONS_USED ||
                (scene->locations == MANN_LOCATIONS_USUAL && used.count <= family->locations / 2);
    return part ? used : (mann_stretch){0, family->locations};
}

bool mann_scene_on_lab(const mann_scene *scene)
{
    return scene->lab && scene->screen == MANN_SCREEN_HOPFIELD;
}

bool mann_scene_on_hops(const mann_scene *scene)
{
    return scene->tale && scene->screen == MANN_SCREEN_HOPS;
}

int32_t mann_scene_steps(const mann_scene *scene)
{
    enum { FIRST = 1000 };
    if (mann_scene_on_hops(scene)) {
        return scene->tale->count ? scene->tale->count : FIRST;
    }
    return mann_scene_on_lab(scene) ? scene->lab->frames + 1
           : scene->episode         ? scene->episode->trace->steps
                                    : 1;
}

int32_t mann_scene_step(const mann_scene *scene)
{
    return mann_scene_on_hops(scene)  ? scene->tale->index
           : mann_scene_on_lab(scene) ? scene->lab->frame
                                      : scene->step;
}

mann_pin mann_scene_pin(const mann_scene *scene)
{
    mann_pin pin = scene->pin;
    const mann_episode *episode = scene->episode;
    if (!episode || !episode->n_families) {
        return (mann_pin){-1, 0, -1};
    }
    if (pin.family < 0 || pin.family >= episode->n_families) {
        pin.family = 0;
        for (int32_t f = episode->n_families; f-- > 0;) {
            pin.family = episode->family[f].access == MANN_ACCESS_READ ? f : pin.family;
        }
    }
    const mann_family *family = &episode->family[pin.family];
    pin.head = pin.head >= 0 && pin.head < family->heads ? pin.head : 0;
    if (pin.location < 0 || pin.location >= family->locations) {
        pin.location = family->peak[scene->step * family->heads + pin.head];
    }
    pin.location = pin.location < 0 ? 0 : pin.location;
    return pin;
}
