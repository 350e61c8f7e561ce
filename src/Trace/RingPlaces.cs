namespace Usher.Trace;

/// <summary>
/// The places of a ring, without what is in them: each has the number of its item, which is written last, and marked first. Who reads an item between two looks at its number has the right one.
/// </summary>
/// <param name="capacity">Places. At least 1.</param>
internal sealed class RingPlaces(int capacity)
{
    /// <summary>In a place's number while its item is changed.</summary>
    private const long Changing = -1;

    /// <summary>Apart by a line of the cache: the newest number changes with each item, and those of the places don't.</summary>
    private const int Apart = 8;

    // First the number of the newest item.
    private readonly long[] numbers = new long[Apart + capacity + Apart];

    /// <summary>The number of the newest item, counting from 1; 0 when there is none. It may still be being written.</summary>
    public long Newest => Volatile.Read(ref numbers[0]);

    /// <summary>The number of the oldest item that is still kept.</summary>
    public long Oldest => Math.Max(1, Newest - capacity + 1);

    /// <summary>The place of a number.</summary>
    public int PlaceOf(long number) => (int)(number % capacity);

    /// <summary>Whether the item of a number is in its place.</summary>
    public bool Has(long number) => Volatile.Read(ref NumberAt(number)) == number;

    /// <summary>Takes the place of the oldest item for a new one, which is there once <see cref="Fill"/> is called. One that was held up for a whole round finds its place taken by a newer one, and is no longer wanted.</summary>
    public bool TryTake(out long number)
    {
        number = Interlocked.Increment(ref numbers[0]);
        ref var held = ref NumberAt(number);
        while (true)
        {
            var older = Volatile.Read(ref held);
            if (older == Changing || older > number) return false;
            if (Interlocked.CompareExchange(ref held, Changing, older) == older) return true;
        }
    }

    /// <summary>The item of a number is in its place.</summary>
    public void Fill(long number) => Volatile.Write(ref NumberAt(number), number);

    private ref long NumberAt(long number) => ref numbers[Apart + PlaceOf(number)];
}
