/* Energy and area of a converter by its resolution and process, from a survey of published ones.
 *
 * ln E = ln E_8 + (ENOB - 8) ln growth + exponent ln(node / reference node) + rate_exponent ln(rate / 500 MS/s), least
 * squares (GSL), and the same for the area without the rate. (Without the rate, energy would seem to grow too little with
 * resolution: converters of few bits are the fast ones.) The figures scatter by their makers' skill, speed and purpose:
 * `spread` is the factor that one standard deviation of the residuals is.
 */
#ifndef NPUSIM_MODELS_PHYSICS_ADC_FIT_H
#define NPUSIM_MODELS_PHYSICS_ADC_FIT_H

#include "sim/diagnostics.h"
#include <stdint.h>

#define ADC_REFERENCE_BITS 8.0
#define ADC_REFERENCE_RATE_HZ 5e8
/* Of the points that are fitted: effective bits, process, samples a second. */
#define ADC_BITS_LOW 3
#define ADC_BITS_HIGH 12
#define ADC_NODE_LOW_NM 14.0
#define ADC_NODE_HIGH_NM 65.0
#define ADC_RATE_LOW_HZ 1e6
#define ADC_RATE_HIGH_HZ 3e9

struct adc_point {
    double bits;      /* effective: (SNDR - 1.76 dB) / 6.02 dB */
    double node_nm;
    double energy_pj; /* of a conversion: power over Nyquist rate */
    double rate_hz;   /* Nyquist */
    double area_um2;  /* 0: not published */
};

struct adc_law {
    double at_8_bits;  /* pJ, or um2, at the reference node */
    double growth;     /* factor for every bit more */
    double exponent;   /* of the node */
    double rate_exponent; /* 0 of an area */
    double spread;     /* factor, one standard deviation */
    uint32_t points;
};

/* False, with *out untouched, with fewer than ten points or points that do not tell the terms apart. */
MUST_USE bool adc_fit_energy(const struct adc_point *points, uint32_t count, double node_nm, struct adc_law *out);
MUST_USE bool adc_fit_area(const struct adc_point *points, uint32_t count, double node_nm, struct adc_law *out);

#endif
