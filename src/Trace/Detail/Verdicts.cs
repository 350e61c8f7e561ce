namespace Usher.Trace.Detail;

/// <summary>
/// Which of the newest journeys are kept in full, by their ids as numbers. A number for each, which keeps nothing alive; a later journey takes the place of an earlier one, which isn't known any more then.
/// </summary>
/// <param name="places">Places: a power of two.</param>
internal sealed class Verdicts(int places)
{
    private const ulong Kept = 1UL << 63;

    // The second half of the id, but for its first bit, which says whether it is kept.
    private readonly ulong[] verdicts = new ulong[places];

    /// <summary>Sets whether a journey is kept.</summary>
    public void Set(UInt128 id, bool kept) => Volatile.Write(ref PlaceOf(id), ((ulong)id & ~Kept) | (kept ? Kept : 0));

    /// <summary>Forgets what was decided of a journey: another request may have its id.</summary>
    public void Forget(UInt128 id)
    {
        if (Of(id) is not null) Volatile.Write(ref PlaceOf(id), 0);
    }

    /// <summary>Whether a journey is kept; null where that isn't decided, or not known any more.</summary>
    public bool? Of(UInt128 id)
    {
        var verdict = Volatile.Read(ref PlaceOf(id));
        return verdict != 0 && (verdict | Kept) == ((ulong)id | Kept) ? (verdict & Kept) != 0 : null;
    }

    // The last digits of an id are random.
    private ref ulong PlaceOf(UInt128 id) => ref verdicts[(int)(ulong)id & (places - 1)];
}
