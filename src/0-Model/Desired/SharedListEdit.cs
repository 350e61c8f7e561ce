namespace Usher.Model.Desired;

/// <summary>Makes a list that follows from another. Places are those of the other list; changes come in their order.</summary>
/// <typeparam name="T">What is in it.</typeparam>
/// <param name="from">The other list.</param>
public sealed class SharedListEdit<T>(SharedList<T> from) where T : class
{
    private readonly List<T[]> done = [];
    private List<T>? open;
    private int part;
    private int taken;

    /// <summary>Puts something in the place of what is there; null takes it away.</summary>
    public void Replace(int at, T? value)
    {
        Take(at);
        taken++;
        if (value is not null) open!.Add(value);
    }

    /// <summary>Puts something before what is there; at the count, behind all.</summary>
    public void Insert(int at, T value)
    {
        Take(at);
        open!.Add(value);
    }

    /// <summary>The list; the other one when nothing was changed.</summary>
    public SharedList<T> Finish()
    {
        if (open is null && done.Count == 0) return from;
        Close();
        if (part < from.Parts.Length) done.AddRange(from.Parts.AsSpan(part));
        return new SharedList<T>([.. done]);
    }

    /// <summary>Takes what comes before a place as it is.</summary>
    private void Take(int at)
    {
        var wanted = from.Count == 0 ? 0 : from.PartOf(at);
        if (open is not null && wanted != part) Close();
        if (open is null)
        {
            done.AddRange(from.Parts.AsSpan(part, wanted - part));
            (part, taken, open) = (wanted, 0, new List<T>(SharedList<T>.PartLength + 1));
        }

        if (from.Count == 0) return;
        var local = at - from.StartOf(part);
        open.AddRange(from.Parts[part].AsSpan(taken, local - taken));
        taken = local;
    }

    /// <summary>Ends the part that is being changed.</summary>
    private void Close()
    {
        if (open is null) return;
        if (part < from.Parts.Length) open.AddRange(from.Parts[part].AsSpan(taken));
        if (open.Count < 2 * SharedList<T>.PartLength && open.Count > 0) done.Add([.. open]);
        else done.AddRange(open.Chunk(SharedList<T>.PartLength));
        open = null;
        part++;
    }
}
