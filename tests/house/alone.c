/* One public header, alone and twice: compiled once for each, as C and as C++. */
#include MANN_HEADER
#include MANN_HEADER

extern int mann_alone;
int mann_alone;
