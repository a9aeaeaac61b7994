import { Observable } from 'rxjs';
import { assertInteger } from '../core/assert.ts';

interface Waiter {
  readonly amount: number;
  readonly grant: () => void;
}

/**
 * A fixed amount of something (bytes, slots) that is lent out and comes back.
 *
 * Requests are granted in the order in which they came, so that a large one is not passed over for ever. A request for more
 * than there is at all is granted when nothing else is out: what is out never exceeds `max(total, one request)`, and no request
 * waits for credit that cannot come. Holds nothing but the waiting requests.
 *
 * @example const credits = new Credits(128 * 1024 * 1024);
 */
export class Credits {
  /** Amount that there is. */
  readonly total: number;
  #inUse = 0;
  #peak = 0;
  readonly #waiting: Waiter[] = [];

  /** @throws TypeError when `total` is not an integer of at least 1. */
  constructor(total: number) {
    assertInteger('total', total, 1);
    this.total = total;
  }

  /** Amount that is out now. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Most that was ever out at once. */
  get peak(): number {
    return this.#peak;
  }

  /**
   * Emits a lease on `amount` as soon as it can be had, perhaps at once, then completes. The lease is the receiver's to dispose; doing
   * so twice has no further effect. Unsubscribing while waiting withdraws the request.
   *
   * @throws TypeError when called, if `amount` is not an integer of at least 0.
   */
  take(amount: number): Observable<Disposable> {
    assertInteger('amount', amount, 0);
    return new Observable((subscriber) => {
      const waiter: Waiter = {
        amount,
        grant: () => {
          subscriber.next(this.#lend(amount));
          subscriber.complete();
        },
      };
      this.#waiting.push(waiter);
      this.#grantWaiting();
      return () => {
        const place = this.#waiting.indexOf(waiter);
        if (place === -1) return;
        this.#waiting.splice(place, 1);
        this.#grantWaiting(); // A large request that is withdrawn no longer holds up those behind it.
      };
    });
  }

  #grantWaiting(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (!next || (this.#inUse > 0 && this.#inUse + next.amount > this.total)) return;
      this.#waiting.shift(); // Before granting, which may come back here.
      next.grant();
    }
  }

  #lend(amount: number): Disposable {
    this.#inUse += amount;
    this.#peak = Math.max(this.#peak, this.#inUse);
    let isOut = true;
    return {
      [Symbol.dispose]: () => {
        if (!isOut) return;
        isOut = false;
        this.#inUse -= amount;
        this.#grantWaiting();
      },
    };
  }
}
