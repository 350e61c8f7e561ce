using System.Text;

namespace Usher.Wire;

/// <summary>
/// The head of an HTTP message: its bytes in one buffer, and its headers as ranges in it, in their order and spelling.
/// Reusable by <see cref="Reset"/>; the spans it gives are valid until the next change. Not thread-safe.
/// </summary>
public abstract class MessageHead
{
    private const int KeptBytes = 16 * 1024;
    private byte[] _bytes = new byte[1024];
    private Field[] _fields = new Field[24];

    private protected MessageHead()
    {
    }

    /// <summary>The version as ten times major plus minor: 10, 11 or 20.</summary>
    public int Version { get; private protected set; } = 11;

    /// <summary>The number of header lines.</summary>
    public int HeaderCount { get; private set; }

    /// <summary>Bytes that the head took on the wire when it was parsed; 0 for a head that was built.</summary>
    public int WireLength { get; internal set; }

    /// <summary>Bytes that the buffer holds.</summary>
    internal int Length { get; private set; }

    /// <summary>The name of header <paramref name="index"/> as it was written.</summary>
    public ReadOnlySpan<byte> Name(int index) => Stored(FieldAt(index).Name);

    /// <summary>The value of header <paramref name="index"/> without surrounding whitespace.</summary>
    public ReadOnlySpan<byte> Value(int index) => Stored(FieldAt(index).Value);

    /// <summary>Finds the first header with this name (in any case).</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < HeaderCount; i++)
        {
            if (!Grammar.Same(Name(i), name)) continue;
            value = Value(i);
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The number of header lines with this name (in any case).</summary>
    public int Count(ReadOnlySpan<byte> name)
    {
        var count = 0;
        for (var i = 0; i < HeaderCount; i++)
            if (Grammar.Same(Name(i), name)) count++;
        return count;
    }

    /// <summary>Adds a header at the end; whitespace around the value is dropped.</summary>
    /// <exception cref="ArgumentException">The name isn't a token, or the value has a control character.</exception>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!Grammar.IsToken(name)) throw new ArgumentException("A header's name must be a token.", nameof(name));
        if (Grammar.IndexOfControl(value) >= 0) throw new ArgumentException("A header's value has a control character.", nameof(value));
        AddField(Store(name), Store(Grammar.TrimOws(value)));
    }

    /// <summary>Adds a header at the end; the value is <see cref="Octets"/>.</summary>
    /// <exception cref="ArgumentException">The name isn't a token, or the value has a control character, or one that isn't a byte.</exception>
    public void Add(string name, string value) => Add(Encoding.UTF8.GetBytes(name), Octets.Bytes(value));

    /// <summary>Empties the head for the next message. A large buffer is let go.</summary>
    public virtual void Reset()
    {
        if (_bytes.Length > KeptBytes) _bytes = new byte[1024];
        Version = 11;
        HeaderCount = 0;
        Length = 0;
        WireLength = 0;
        Changed();
    }

    /// <summary>Forgets what was derived from the headers.</summary>
    private protected abstract void Changed();

    /// <summary>Tells what the headers say together, once they are complete.</summary>
    internal abstract void SetSemantics(HeadSemantics semantics);

    internal HeaderKind Kind(int index) => FieldAt(index).Kind;

    internal ReadOnlySpan<byte> Stored(Slice slice) => _bytes.AsSpan(slice.Start, slice.Length);

    internal Slice Store(ReadOnlySpan<byte> text)
    {
        var slice = new Slice(Length, text.Length);
        if (_bytes.Length - Length < text.Length)
            Array.Resize(ref _bytes, (int)Math.Max((long)_bytes.Length * 2, (long)Length + text.Length));
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
        return slice;
    }

    /// <summary>Takes back what was stored from <paramref name="length"/> on.</summary>
    internal void Truncate(int length) => Length = length;

    /// <summary>The same bytes, to be changed in place.</summary>
    internal Span<byte> Writable(Slice slice) => _bytes.AsSpan(slice.Start, slice.Length);

    internal void AddField(Slice name, Slice value) => AddField(name, value, HeaderKinds.Of(Stored(name)));

    internal void AddField(Slice name, Slice value, HeaderKind kind)
    {
        if (HeaderCount == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
        _fields[HeaderCount++] = new Field(name, value, kind);
        Changed();
    }

    private ref readonly Field FieldAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)HeaderCount, nameof(index));
        return ref _fields[index];
    }

    internal readonly record struct Slice(int Start, int Length);

    private readonly record struct Field(Slice Name, Slice Value, HeaderKind Kind);
}
