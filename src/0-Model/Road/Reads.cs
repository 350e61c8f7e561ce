using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>
/// What a step of a compile looked at: lists of objects, single objects (those that weren't there too), addresses. A step is a pure function of that, so its
/// result can be taken over from the running generation while it would see the same again. Not for several threads.
/// </summary>
public sealed class Reads
{
    private const int Few = 8;

    private readonly List<Entry> entries = new(2);
    private HashSet<Entry>? known;
    private bool closed;

    private enum What : byte
    {
        List,
        Named,
        Object,
        Address,
        Addresses,
    }

    /// <summary>Whether a step of <see cref="CompileContext.Running"/> that read this would read the same in a context.</summary>
    public bool Hold(CompileContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (var entry in entries)
        {
            if (!Holds(entry, context)) return false;
        }

        return true;
    }

    /// <summary>Ends the step: what is read from now on doesn't count.</summary>
    public void Close()
    {
        closed = true;
        known = null;
        entries.TrimExcess();
    }

    /// <summary>Adds what a step within this one read, roughly: the whole list in the place of an object of it.</summary>
    public void Cover(Reads inner, CompileContext context)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(context);
        foreach (var entry in inner.entries)
        {
            switch (entry.What)
            {
                case What.List or What.Named: Add(entry.Type!, context.State.Table(entry.Type!)); break;
                case What.Address or What.Addresses: Add(context.Addresses); break;
                // As it is now: what a step saw that was taken over is what there is.
                default: Add(entry.Key, context.State.Plain(entry.Key)); break;
            }
        }
    }

    internal void Add(Type type, ObjectTable? seen) => Add(new Entry(What.List, type, default, seen));

    internal void Add(Type type, string ns, string name, object? seen) => Add(new Entry(What.Named, type, new ResourceKey("", "", ns, name), seen));

    internal void Add(in ResourceKey key, Resource? seen) => Add(new Entry(What.Object, null, key, seen));

    internal void Add(in ResourceKey owner, RoadAddress? seen) => Add(new Entry(What.Address, null, owner, seen));

    internal void Add(AddressPlan seen) => Add(new Entry(What.Addresses, null, default, seen.Plain));

    private static bool Holds(in Entry entry, CompileContext context) => entry.What switch
    {
        What.List => ReferenceEquals(context.State.Table(entry.Type!), entry.Seen),
        // Of most types none has changed, and the step saw those of the running generation.
        What.Named => ReferenceEquals(context.State.Table(entry.Type!), context.Running.State.Table(entry.Type!))
            || context.State.Table(entry.Type!)?.IsSame(context.Running.State.Table(entry.Type!), entry.Key) == true
            || ReferenceEquals(context.State.Table(entry.Type!)?.Named(entry.Key.Namespace, entry.Key.Name), entry.Seen),
        What.Object => ReferenceEquals(context.State.Find(entry.Key), entry.Seen),
        What.Address => ReferenceEquals(context.Addresses.Plain, context.Running.Addresses) || Equals(context.Addresses.Find(entry.Key), entry.Seen),
        _ => ReferenceEquals(context.Addresses.Plain, entry.Seen),
    };

    private void Add(in Entry entry)
    {
        // Loops read the same again and again.
        if (closed || (known is null ? entries.Contains(entry) : !known.Add(entry))) return;
        entries.Add(entry);
        if (entries.Count == Few) known = [.. entries];
    }

    private readonly record struct Entry(What What, Type? Type, ResourceKey Key, object? Seen)
    {
        public bool Equals(Entry other) => What == other.What && Type == other.Type && ReferenceEquals(Seen, other.Seen) && Key == other.Key;

        public override int GetHashCode() => HashCode.Combine(What, Type, Key.Namespace, Key.Name);
    }
}
