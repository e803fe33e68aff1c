/* All tasks. To add one: write its file, name it here and in the build file. */
#include <mann/task.h>
#include <string.h>

extern const mann_task_type mann_task_copy, mann_task_repeat_copy, mann_task_associative_recall,
    mann_task_associative_retrieval, mann_task_ngram, mann_task_priority_sort, mann_task_sort,
    mann_task_reverse, mann_task_adding, mann_task_babi, mann_task_story, mann_task_knowledge,
    mann_task_file;

const mann_task_type *const mann_tasks[] = {
    &mann_task_copy,
    &mann_task_repeat_copy,
    &mann_task_associative_recall,
    &mann_task_associative_retrieval,
    &mann_task_ngram,
    &mann_task_priority_sort,
    &mann_task_sort,
    &mann_task_reverse,
    &mann_task_adding,
    &mann_task_babi,
    &mann_task_story,
    &mann_task_knowledge,
    &mann_task_file,
    NULL,
};

const mann_task_type *mann_task_find(mann_context *context, const char *name)
{
    const char *names[64];
    size_t count = 0;
    size_t length = strcspn(name, ":"); /* file:PATH */
    for (; mann_tasks[count]; count++) {
        names[count] = mann_tasks[count]->name;
        if (strlen(names[count]) == length && !strncmp(names[count], name, length)) {
            return mann_tasks[count];
        }
    }
    const char *near = mann_nearest(name, names, count);
    mann_fail(context, MANN_E_INVAL, "unknown task '%s'%s%s%s (mann tasks lists them)", name,
              near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}
