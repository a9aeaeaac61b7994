/** Heights and half widths of a figure, in heights of the figure from the top of the head. */
export const body = {
  chin: 0.135,
  neck: 0.152,
  shoulder: 0.188,
  /** Half of the distance between the shoulder joints. */
  shoulderHalf: 0.098,
  chestHalf: 0.094,
  waist: 0.385,
  waistHalf: 0.076,
  hip: 0.475,
  hipHalf: 0.09,
  /** Depth of the trunk against its half width. */
  depth: 0.6,
  armLength: 0.37,
  /** Share of an arm's length from shoulder to elbow. */
  elbow: 0.45,
  legTop: 0.47,
} as const;
