/* The few vector primitives that the kernels are written in, once per instruction set.
 *
 * vf holds V numbers and takes + - * / as they are; vm is a mask of lanes; va is what sums are
 * kept in. In the plain reference V is 1, every function is the C library's and va is double.
 *
 * Loops run `for (n = 0; n < N; n += V)` with the mask v_tail(N - n): lanes behind the end read
 * as 0 and are not written, so nothing outside an array is ever touched. */
#ifndef MANN_KERN_LANES_SIMD_H
#define MANN_KERN_LANES_SIMD_H

#include <float.h>
#include <mann/base.h>
#include <math.h>

#if defined MANN_ISA_AVX512 || defined MANN_ISA_AVX2
#include <immintrin.h>
#elif defined MANN_DOUBLE
#define LIBM(function) function
#else
#define LIBM(function) function##f
#endif

#define INLINE static inline __attribute__((always_inline))

#if defined MANN_ISA_AVX512

#define KERN(name) mann_avx512_##name
enum { V = 16 };
typedef __m512 vf;
typedef __m512 va;
typedef __mmask16 vm;

INLINE vm v_tail(int32_t left)
{
    return left >= V ? (vm)0xffff : (vm)((1u << left) - 1);
}
INLINE vf v_set(float x)
{
    return _mm512_set1_ps(x);
}
INLINE vf v_load(const float *p, vm m)
{
    return _mm512_maskz_loadu_ps(m, p);
}
INLINE vf v_load_all(const float *p)
{
    return _mm512_loadu_ps(p);
}
INLINE void v_store(float *p, vm m, vf x)
{
    _mm512_mask_storeu_ps(p, m, x);
}
/* Lanes in which a > b take x, the others y. */
INLINE vf v_above(vf a, vf b, vf x, vf y)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), y, x);
}
/* Lanes outside the mask become other. */
INLINE vf v_keep(vm m, vf x, vf other)
{
    return _mm512_mask_blend_ps(m, other, x);
}
/* The larger and the smaller; NaN in b passes. */
INLINE vf v_max(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}
INLINE vf v_min(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}
INLINE vf v_abs(vf x)
{
    return _mm512_abs_ps(x);
}
INLINE vf v_sqrt(vf x)
{
    return _mm512_sqrt_ps(x);
}
INLINE float v_sum(va x)
{
    return _mm512_reduce_add_ps(x);
}
INLINE float v_largest(vf x)
{
    return _mm512_reduce_max_ps(x);
}
INLINE vf v_round(vf x)
{
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
/* x * 2^n for whole n. */
INLINE vf v_scale(vf x, vf n)
{
    return _mm512_scalef_ps(x, n);
}
/* x = m * 2^e with m in [1, 2), for normal x > 0. */
INLINE void v_split(vf x, vf *m, vf *e)
{
    *m = _mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
    *e = _mm512_getexp_ps(x);
}
/* Lane i counts as (i / d) % 2: even ones of both in low, odd ones of both in high. */
INLINE void v_exchange(int d, vf a, vf b, vf *low, vf *high)
{
    __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i by = _mm512_set1_epi32(d), other = _mm512_set1_epi32(V);
    __mmask16 odd = _mm512_test_epi32_mask(lane, by);
    __m512i from_low = _mm512_mask_add_epi32(lane, odd, _mm512_sub_epi32(lane, by), other);
    __m512i from_high = _mm512_mask_add_epi32(_mm512_add_epi32(lane, by), odd, lane, other);
    *low = _mm512_permutex2var_ps(a, from_low, b);
    *high = _mm512_permutex2var_ps(a, from_high, b);
}

#elif defined MANN_ISA_AVX2

#define KERN(name) mann_avx2_##name
enum { V = 8 };
typedef __m256 vf;
typedef __m256 va;
typedef __m256i vm;

INLINE vm v_tail(int32_t left)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE vf v_set(float x)
{
    return _mm256_set1_ps(x);
}
INLINE vf v_load(const float *p, vm m)
{
    return _mm256_maskload_ps(p, m);
}
INLINE vf v_load_all(const float *p)
{
    return _mm256_loadu_ps(p);
}
INLINE void v_store(float *p, vm m, vf x)
{
    _mm256_maskstore_ps(p, m, x);
}
INLINE vf v_above(vf a, vf b, vf x, vf y)
{
    return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_GT_OQ));
}
INLINE vf v_keep(vm m, vf x, vf other)
{
    return _mm256_blendv_ps(other, x, _mm256_castsi256_ps(m));
}
INLINE vf v_max(vf a, vf b)
{
    return _mm256_max_ps(a, b);
}
INLINE vf v_min(vf a, vf b)
{
    return _mm256_min_ps(a, b);
}
INLINE vf v_abs(vf x)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
}
INLINE vf v_sqrt(vf x)
{
    return _mm256_sqrt_ps(x);
}
INLINE float v_sum(va x)
{
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
INLINE float v_largest(vf x)
{
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}
INLINE vf v_round(vf x)
{
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
INLINE vf v_scale(vf x, vf n)
{
    /* In two halves, so that results may be denormal. */
    __m256i whole = _mm256_cvtps_epi32(n);
    __m256i half = _mm256_srai_epi32(whole, 1);
    __m256i bias = _mm256_set1_epi32(127);
    __m256i a = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
    __m256i b = _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(whole, half), bias), 23);
    return x * _mm256_castsi256_ps(a) * _mm256_castsi256_ps(b);
}
INLINE void v_split(vf x, vf *m, vf *e)
{
    __m256i bits = _mm256_castps_si256(x);
    __m256i one = _mm256_set1_epi32(0x3f800000);
    *m = _mm256_castsi256_ps(
        _mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x007fffff)), one));
    *e = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)));
}
INLINE void v_exchange(int d, vf a, vf b, vf *low, vf *high)
{
    switch (d) {
    case 4:
        *low = _mm256_permute2f128_ps(a, b, 0x20);
        *high = _mm256_permute2f128_ps(a, b, 0x31);
        break;
    case 2:
        *low = _mm256_shuffle_ps(a, b, 0x44);
        *high = _mm256_shuffle_ps(a, b, 0xee);
        break;
    default:
        *low = _mm256_blend_ps(a, _mm256_moveldup_ps(b), 0xaa);
        *high = _mm256_blend_ps(_mm256_movehdup_ps(a), b, 0xaa);
    }
}

#else

#define KERN(name) mann_ref_##name
enum { V = 1 };
typedef mann_real vf;
typedef double va;
typedef int vm;

INLINE vm v_tail(int32_t left)
{
    (void)left;
    return 1;
}
INLINE vf v_set(mann_real x)
{
    return x;
}
INLINE vf v_load(const mann_real *p, vm m)
{
    (void)m;
    return *p;
}
INLINE vf v_load_all(const mann_real *p)
{
    return *p;
}
INLINE void v_store(mann_real *p, vm m, vf x)
{
    (void)m;
    *p = x;
}
INLINE vf v_above(vf a, vf b, vf x, vf y)
{
    return a > b ? x : y;
}
INLINE vf v_keep(vm m, vf x, vf other)
{
    (void)m;
    (void)other;
    return x;
}
INLINE vf v_max(vf a, vf b)
{
    return a > b ? a : b;
}
INLINE vf v_min(vf a, vf b)
{
    return a < b ? a : b;
}
INLINE vf v_abs(vf x)
{
    return LIBM(fabs)(x);
}
INLINE vf v_sqrt(vf x)
{
    return LIBM(sqrt)(x);
}
INLINE double v_sum(va x)
{
    return x;
}
INLINE mann_real v_largest(vf x)
{
    return x;
}

#endif

#if defined MANN_ISA_AVX512 || defined MANN_ISA_AVX2

/* exp: x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two pieces; exp r = 1 + r + r^2 p(r) with p a
 * minimax polynomial of degree 4 (relative error 3e-9 before rounding). */
INLINE vf v_exp(vf x)
{
    x = v_min(v_set(89.0f), v_max(v_set(-104.0f), x));
    vf n = v_round(x * v_set(1.44269504f));
    vf r = x - n * v_set(0.693145752f);
    r = r - n * v_set(1.42860677e-6f);
    vf p = v_set(0.00139505404f);
    p = p * r + v_set(0.00836891788f);
    p = p * r + v_set(0.0416662051f);
    p = p * r + v_set(0.166665186f);
    p = p * r + v_set(0.50000001f);
    return v_scale(p * (r * r) + r + v_set(1.0f), n);
}

/* log of a normal x > 0: x = m 2^e with m in [sqrt 1/2, sqrt 2), z = m - 1, and
 * log m = z - z^2 / 2 + z^3 p(z), p a minimax polynomial of degree 8. NaN and infinity pass. */
INLINE vf v_log(vf x)
{
    vf m, e;
    v_split(x, &m, &e);
    vf root = v_set(1.41421356f);
    e = v_above(m, root, e + v_set(1.0f), e);
    m = v_above(m, root, m * v_set(0.5f), m);
    vf z = m - v_set(1.0f);
    vf p = v_set(0.067466383f);
    p = p * z + v_set(-0.116756512f);
    p = p * z + v_set(0.11888163f);
    p = p * z + v_set(-0.124055891f);
    p = p * z + v_set(0.142195523f);
    p = p * z + v_set(-0.166679958f);
    p = p * z + v_set(0.200021187f);
    p = p * z + v_set(-0.250000096f);
    p = p * z + v_set(0.333333126f);
    vf zz = z * z;
    vf y = z * zz * p + e * v_set(1.42860677e-6f) - zz * v_set(0.5f) + z;
    y = y + e * v_set(0.693145752f);
    y = y + (x - x); /* NaN stays NaN */
    return v_above(x, v_set(FLT_MAX), x, y);
}

/* tanh: an odd minimax polynomial near 0, (1 - e) / (1 + e) with e = exp(-2|x|) elsewhere. */
INLINE vf v_tanh(vf x)
{
    vf a = v_abs(x), s = x * x;
    vf p = v_set(-0.00571704451f);
    p = p * s + v_set(0.0206505868f);
    p = p * s + v_set(-0.0537434979f);
    p = p * s + v_set(0.133314913f);
    p = p * s + v_set(-0.333332839f);
    vf near = p * s * x + x;
    vf e = v_exp(v_set(-2.0f) * a);
    vf far = (v_set(1.0f) - e) / (v_set(1.0f) + e);
    far = v_above(v_set(0.0f), x, v_set(0.0f) - far, far);
    return v_above(v_set(0.625f), a, near, far);
}

INLINE vf v_sigmoid(vf x)
{
    return v_set(1.0f) / (v_set(1.0f) + v_exp(v_set(0.0f) - x));
}

/* log(1 + y) for y in [0, 1]: the rounding of 1 + y is undone by y / (u - 1). */
INLINE vf v_log1p(vf y)
{
    vf u = v_set(1.0f) + y, d = u - v_set(1.0f);
    vf careful = v_log(u) * (y / d);
    return v_above(d, v_set(0.0f), careful, y);
}

#else

INLINE vf v_exp(vf x)
{
    return LIBM(exp)(x);
}
INLINE vf v_log(vf x)
{
    return LIBM(log)(x);
}
INLINE vf v_tanh(vf x)
{
    return LIBM(tanh)(x);
}
INLINE vf v_sigmoid(vf x)
{
    return 1 / (1 + LIBM(exp)(-x));
}
INLINE vf v_log1p(vf y)
{
    return LIBM(log1p)(y);
}

#endif

/* log(1 + exp x). */
INLINE vf v_softplus(vf x)
{
    return v_max(v_set(0), x) + v_log1p(v_exp(v_set(0) - v_abs(x)));
}

#endif
