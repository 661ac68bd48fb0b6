// The small picture of a row: loaded when it is seen, and few at once.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { LoadSlots } from './load_slots';

/** Of the six connections that a browser opens, the others are for what a person does. */
const slots = new LoadSlots(2);
const AHEAD = '200px';

export function RowPicture({ src }: { src: string }) {
  const image = useRef<HTMLImageElement>(null);
  const loaded = useSignal('');
  const over = useRef(() => {});
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        over.current = slots.ask(() => {
          loaded.value = src;
        });
      },
      { rootMargin: AHEAD },
    );
    if (image.current) observer.observe(image.current);
    return () => {
      observer.disconnect();
      over.current();
    };
  }, [src]);
  return (
    <img
      ref={image}
      src={loaded.value || undefined}
      alt=""
      width={80}
      height={45}
      onLoad={() => over.current()}
      onError={() => over.current()}
    />
  );
}
