using System.Text;

namespace Usher.Wire;

/// <summary>
/// An ordered list of header changes that are applied while a head is written, so that the head itself stays as it came.
/// Headers that frame the message or steer its connection (Content-Length, Transfer-Encoding, Connection, Keep-Alive, TE, Trailer, Upgrade,
/// Proxy-Connection) belong to the codec and can't be edited. Text is <see cref="Octets"/>. Reusable by <see cref="Reset"/>. Not thread-safe.
/// </summary>
public sealed class HeaderEdits
{
    private byte[] _bytes = new byte[512];
    private Edit[] _edits = new Edit[16];
    private (int Start, int Length) _target;

    internal enum EditKind : byte
    {
        Dead,
        Set,
        Remove,
        Add,
    }

    /// <summary>Bytes of memory that it holds on to over <see cref="Reset"/>.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>True when nothing would change.</summary>
    public bool IsEmpty => Count == 0 && Target.IsEmpty;

    /// <summary>The request target to write instead of the head's own; empty for no change.</summary>
    public ReadOnlySpan<byte> Target => _bytes.AsSpan(_target.Start, _target.Length);

    internal int Count { get; private set; }

    internal int ByteLength { get; private set; }

    /// <summary>True when a header of this name may be edited: its name is a token and it isn't the codec's own.</summary>
    public static bool CanEdit(ReadOnlySpan<byte> name) => Grammar.IsToken(name) && !HeaderKinds.IsCodecs(HeaderKinds.Of(name));

    /// <summary>
    /// Gives the header this value: the first one is rewritten in place, further ones are dropped, an absent one is added at the end.
    /// </summary>
    /// <exception cref="ArgumentException">The name can't be edited, or the value has a control character.</exception>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Append(EditKind.Set, name, value, supersede: true);

    /// <inheritdoc cref="Set(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void Set(string name, string value) => Append(EditKind.Set, name, value, supersede: true);

    /// <summary>The same with a name that was checked before.</summary>
    /// <exception cref="ArgumentException">The value has a control character, or one that isn't a byte.</exception>
    public void Set(HeaderName name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Encode(EditKind.Set, name.Bytes, value, supersede: true);
        _edits[Count - 1].NameText = name.Text;
    }

    /// <summary>Adds a header at the end, whatever is there.</summary>
    /// <exception cref="ArgumentException">The name can't be edited, or the value has a control character.</exception>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Append(EditKind.Add, name, value, supersede: false);

    /// <inheritdoc cref="Add(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void Add(string name, string value) => Append(EditKind.Add, name, value, supersede: false);

    /// <summary>Drops all headers of this name, those that earlier edits gave included.</summary>
    /// <exception cref="ArgumentException">The name can't be edited.</exception>
    public void Remove(ReadOnlySpan<byte> name) => Append(EditKind.Remove, name, default, supersede: true);

    /// <inheritdoc cref="Remove(ReadOnlySpan{byte})"/>
    public void Remove(string name) => Remove(Encoding.UTF8.GetBytes(name));

    /// <summary>The same with a name that was checked before.</summary>
    public void Remove(HeaderName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Take(EditKind.Remove, name.Bytes, 0, supersede: true);
        _edits[Count - 1].NameText = name.Text;
    }

    /// <summary>Replaces the request target.</summary>
    /// <exception cref="ArgumentException">It has a byte that a target can't have.</exception>
    public void SetTarget(ReadOnlySpan<byte> target)
    {
        if (!Grammar.IsTarget(target)) throw new ArgumentException("A request target must be visible ASCII.", nameof(target));
        _target = Store(target);
    }

    /// <summary>True for what <see cref="SetTarget(string)"/> takes.</summary>
    public static bool CanSetTarget(string target) => Grammar.IsTarget(Encoding.UTF8.GetBytes(target));

    /// <inheritdoc cref="SetTarget(ReadOnlySpan{byte})"/>
    public void SetTarget(string target) => SetTarget(Encoding.UTF8.GetBytes(target));

    /// <summary>Drops all edits.</summary>
    public void Reset()
    {
        Array.Clear(_edits, 0, Count);
        Count = 0;
        ByteLength = 0;
        _target = default;
    }

    /// <summary>The first value that this header will have once the edits are applied to <paramref name="head"/>.</summary>
    public bool TryGet(MessageHead head, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(head);
        var edit = Replacement(name);
        if (edit >= 0 && _edits[edit].Kind == EditKind.Set)
        {
            value = Value(edit);
            return true;
        }

        if (edit < 0 && head.TryGet(name, out value)) return true;
        for (var i = 0; i < Count; i++)
        {
            if (_edits[i].Kind != EditKind.Add || !Grammar.Same(Name(i), name)) continue;
            value = Value(i);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>
    /// What the edits really change in <paramref name="head"/>, in the order of its headers, additions last. With <paramref
    /// name="hopByHop"/>,
    /// also the headers that a forwarder drops because they concern one connection only (framing excepted: it is written anew).
    /// </summary>
    public IReadOnlyList<HeaderChange> ChangesTo(MessageHead head, bool hopByHop = false)
    {
        var changes = new List<HeaderChange>(Count);
        ChangesTo(head, changes, hopByHop);
        return changes;
    }

    /// <summary>The same, added to a list that the caller uses again.</summary>
    public void ChangesTo(MessageHead head, ICollection<HeaderChange> changes, bool hopByHop = false)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(changes);
        Begin();
        for (var i = 0; i < head.HeaderCount; i++)
        {
            var fate = FateOf(head, i, out var edit);
            if (fate == HeaderFate.Kept) continue;
            if (HeaderKinds.IsUnsafe(head.Kind(i))) changes.Add(new(HeaderChangeKind.Removed, HeaderName.Visible(head.Name(i)), null));
            else if (fate == HeaderFate.HopByHop && (!hopByHop || head.Kind(i) == HeaderKind.TransferEncoding)) continue;
            else if (fate != HeaderFate.Rewritten) changes.Add(new(HeaderChangeKind.Removed, NameText(edit, head.Name(i)), null));
            else if (!head.Value(i).SequenceEqual(Value(edit)))
                changes.Add(new(HeaderChangeKind.Rewritten, NameText(edit, head.Name(i)), ValueText(edit)));
        }

        for (var i = 0; i < Count; i++)
            if (IsAppended(i)) changes.Add(new(HeaderChangeKind.Added, NameText(i, Name(i)), ValueText(i)));
    }

    /// <summary>Begins one pass over a head; <see cref="FateOf"/> and <see cref="IsAppended"/> follow.</summary>
    internal void Begin()
    {
        for (var i = 0; i < Count; i++) _edits[i].Applied = false;
    }

    /// <summary>What becomes of a head's header when it is forwarded. Headers have to be asked in order.</summary>
    internal HeaderFate FateOf(MessageHead head, int index, out int edit)
    {
        edit = -1;
        if (HopByHop.Drops(head, index)) return HeaderFate.HopByHop;
        if (Count == 0 || (edit = Replacement(head.Name(index))) < 0) return HeaderFate.Kept;
        ref var found = ref _edits[edit];
        if (found.Kind == EditKind.Remove || found.Applied) return HeaderFate.Removed;
        found.Applied = true;
        return HeaderFate.Rewritten;
    }

    /// <summary>True when this edit's header comes after the head's own, once all of those had their fate.</summary>
    internal bool IsAppended(int edit) => _edits[edit].Kind == EditKind.Add || (_edits[edit].Kind == EditKind.Set && !_edits[edit].Applied);

    /// <summary>True when the edits decide the value or the absence of this header.</summary>
    internal bool Replaces(ReadOnlySpan<byte> name) => Replacement(name) >= 0;

    internal ReadOnlySpan<byte> Name(int edit) => _bytes.AsSpan(_edits[edit].NameStart, _edits[edit].NameLength);

    internal ReadOnlySpan<byte> Value(int edit) => _bytes.AsSpan(_edits[edit].ValueStart, _edits[edit].ValueLength);

    private static string Latin1(ReadOnlySpan<byte> text) => Encoding.Latin1.GetString(text);

    /// <summary>A header's name as it is written, which is mostly the string that the edit was made with.</summary>
    private string NameText(int edit, ReadOnlySpan<byte> written) =>
        edit >= 0 && _edits[edit].NameText is { } given && Ascii.Equals(written, given) ? given : Latin1(written);

    private string ValueText(int edit) => _edits[edit].ValueText ?? Latin1(Value(edit));

    private int Replacement(ReadOnlySpan<byte> name)
    {
        var edits = _edits.AsSpan(0, Count);
        for (var i = 0; i < edits.Length; i++)
        {
            ref var edit = ref edits[i];
            if (edit.NameLength == name.Length && edit.Kind is (EditKind.Set or EditKind.Remove) && Grammar.Same(Name(i), name)) return i;
        }

        return -1;
    }

    private void Append(EditKind kind, string name, string value, bool supersede)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        Check(bytes);
        Encode(kind, bytes, value, supersede);
        _edits[Count - 1].NameText = name;
    }

    private void Append(EditKind kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool supersede)
    {
        Check(name);
        Room(value.Length);
        value.CopyTo(_bytes.AsSpan(ByteLength));
        Take(kind, name, value.Length, supersede);
    }

    private void Encode(EditKind kind, ReadOnlySpan<byte> checkedName, string value, bool supersede)
    {
        Room(value.Length);
        Octets.Write(value, _bytes.AsSpan(ByteLength));
        Take(kind, checkedName, value.Length, supersede);
        // The string stands for the bytes where it says the same: without outer whitespace.
        if (_edits[Count - 1].ValueLength == value.Length) _edits[Count - 1].ValueText = value;
    }

    /// <summary>Takes the value that lies behind what is stored.</summary>
    private void Take(EditKind kind, ReadOnlySpan<byte> checkedName, int valueLength, bool supersede)
    {
        var value = _bytes.AsSpan(ByteLength, valueLength);
        if (Grammar.IndexOfControl(value) >= 0) throw new ArgumentException("A header's value has a control character.", nameof(valueLength));
        for (var i = 0; supersede && i < Count; i++)
            if (_edits[i].NameLength == checkedName.Length && Grammar.Same(Name(i), checkedName)) _edits[i].Kind = EditKind.Dead;
        if (Count == _edits.Length) Array.Resize(ref _edits, Count * 2);
        ref var edit = ref _edits[Count++];
        edit.Kind = kind;
        edit.ValueLength = Grammar.TrimOws(value).Length;
        edit.ValueStart = ByteLength + valueLength - value.TrimStart(" \t"u8).Length;
        ByteLength += valueLength;
        (edit.NameStart, edit.NameLength) = Store(checkedName);
    }

    private static void Check(ReadOnlySpan<byte> name)
    {
        if (!CanEdit(name)) throw new ArgumentException($"Header '{Latin1(name)}' can't be edited.", nameof(name));
    }

    private (int Start, int Length) Store(ReadOnlySpan<byte> text)
    {
        Room(text.Length);
        text.CopyTo(_bytes.AsSpan(ByteLength));
        ByteLength += text.Length;
        return (ByteLength - text.Length, text.Length);
    }

    private void Room(int bytes)
    {
        if (_bytes.Length - ByteLength < bytes) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, ByteLength + bytes));
    }

    private struct Edit
    {
        public EditKind Kind;
        public bool Applied;
        public int NameStart;
        public int NameLength;
        public int ValueStart;
        public int ValueLength;
        public string? NameText;
        public string? ValueText;
    }
}

/// <summary>What becomes of a header on its way through.</summary>
internal enum HeaderFate
{
    Kept,
    Rewritten,
    Removed,
    HopByHop,
}
