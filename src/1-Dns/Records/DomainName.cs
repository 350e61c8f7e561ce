using System.Text;

namespace Usher.Dns;

/// <summary>
/// A domain name as it stands in messages, in lower case and uncompressed (RFC 1035 section 3.1): each label after its length, the root's zero last.
/// A name's ancestors are tails of its bytes. At most 255 bytes, 63 a label.
/// </summary>
internal sealed class DomainName : IEquatable<DomainName>
{
    /// <summary>The longest name in bytes.</summary>
    public const int MaxLength = 255;

    private const int MaxLabel = 63;
    private readonly byte[] wire;
    private string? text;

    private DomainName(byte[] wire) => this.wire = wire;

    /// <summary>The name's bytes.</summary>
    public ReadOnlySpan<byte> Wire => wire;

    /// <summary>How many labels it has; 0 for the root.</summary>
    public int Labels => Count(wire);

    /// <summary>The labels as text, the leftmost first.</summary>
    public string[] LabelTexts
    {
        get
        {
            var labels = new string[Labels];
            for (int i = 0, at = 0; i < labels.Length; at += wire[at] + 1) labels[i++] = Encoding.Latin1.GetString(wire, at + 1, wire[at]);
            return labels;
        }
    }

    /// <summary>Whether the leftmost label is an asterisk (RFC 4592 section 2.1.1).</summary>
    public bool IsWildcard => wire is [1, (byte)'*', ..];

    /// <summary>The name without its leftmost label; the root's is the root.</summary>
    public DomainName Parent => wire[0] == 0 ? this : new DomainName(wire[(wire[0] + 1)..]);

    /// <summary>The name from a message's question; upper case becomes lower.</summary>
    /// <param name="name">A whole name, uncompressed and well formed.</param>
    public static DomainName FromWire(ReadOnlySpan<byte> name)
    {
        var wire = new byte[name.Length];
        // A label's length is below 64, so that no letter can be mistaken for one.
        for (var i = 0; i < wire.Length; i++) wire[i] = name[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(name[i] | 0x20) : name[i];
        return new DomainName(wire);
    }

    /// <summary>
    /// Reads a name as people write it; a final dot may be there or not. Characters other than printable ASCII are written as <c>\</c> and three octal
    /// digits (Route 53 developer guide, "DNS domain name format"); Route 53's own <c>\052</c> for an asterisk is read so too.
    /// </summary>
    /// <param name="written">The name.</param>
    /// <param name="problem">What is wrong with it; null when nothing is.</param>
    public static DomainName? Parse(string written, out string? problem)
    {
        Span<byte> name = stackalloc byte[MaxLength];
        var label = 0;
        var at = 1;
        problem = Problem(written);
        if (problem is not null) return null;
        if (written == ".") return new DomainName([0]);
        for (var i = 0; i < written.Length; i++)
        {
            var c = written[i];
            if (c == '.')
            {
                if (at - label == 1) problem = $"'{written}' has an empty label; one dot stands between labels";
                else name[label] = (byte)(at - label - 1);
                if (problem is not null) return null;
                label = at++;
            }
            else
            {
                if (c == '\\' && !TryUnescape(written, ref i, out c))
                {
                    problem = $"'{written}' has a backslash without three octal digits after it; \\052 is an asterisk, for example";
                    return null;
                }

                if (at - label > MaxLabel) problem = $"'{written}' has a label longer than {MaxLabel} characters";
                else if (at >= MaxLength - 1) problem = TooLong(written);
                if (problem is not null) return null;
                name[at++] = (byte)(char.IsAsciiLetterUpper(c) ? c | 0x20 : c);
            }
        }

        // Without a final dot the last label is still open.
        if (at - label > 1)
        {
            name[label] = (byte)(at - label - 1);
            name[at] = 0;
        }
        else
        {
            name[label] = 0;
            at = label;
        }

        return new DomainName(name[..(at + 1)].ToArray());
    }

    /// <summary>Reads a name that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static DomainName Of(string written) => Parse(written, out var problem) ?? throw new FormatException(problem);

    /// <summary>Whether it is <paramref name="ancestor"/> or a name below it.</summary>
    public bool IsWithin(DomainName ancestor)
    {
        for (var tail = Wire; tail.Length >= ancestor.wire.Length; tail = tail[(tail[0] + 1)..])
        {
            if (tail.SequenceEqual(ancestor.wire)) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(DomainName? other) => other is not null && Wire.SequenceEqual(other.wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DomainName);

    /// <inheritdoc/>
    public override int GetHashCode() => DomainNameComparer.Hash(wire);

    /// <summary>As people write it, without the final dot; <c>.</c> for the root. Characters that aren't plain are escaped in octal, the asterisk isn't.</summary>
    public override string ToString() => text ??= Write();

    private static int Count(ReadOnlySpan<byte> wire)
    {
        var labels = 0;
        for (var i = 0; wire[i] != 0; i += wire[i] + 1) labels++;
        return labels;
    }

    private static string? Problem(string written)
    {
        if (written.Length == 0) return "is empty; a domain name such as api.example.com is needed";
        if (written.FirstOrDefault(c => c is <= ' ' or > '~') is var bad and not '\0')
        {
            return bad > '~'
                ? $"'{written}' is not ASCII; write it in punycode (xn--…)"
                : $"'{written}' has a character that isn't printable; write it as \\ and three octal digits";
        }

        return null;
    }

    private static string TooLong(string written) => $"'{written[..32]}…' is too long; a name has at most {MaxLength} bytes, its labels' lengths counted";

    private static bool TryUnescape(string written, ref int i, out char c)
    {
        c = '\0';
        if (i + 3 >= written.Length || written.AsSpan(i + 1, 3).ContainsAnyExceptInRange('0', '7') || written[i + 1] > '3') return false;
        c = (char)(((written[i + 1] - '0') << 6) | ((written[i + 2] - '0') << 3) | (written[i + 3] - '0'));
        i += 3;
        return true;
    }

    private string Write()
    {
        if (wire[0] == 0) return ".";
        var written = new StringBuilder();
        for (var i = 0; wire[i] != 0;)
        {
            if (i > 0) written.Append('.');
            var end = i + wire[i] + 1;
            for (i++; i < end; i++)
            {
                if (wire[i] is > (byte)' ' and <= (byte)'~' and not (byte)'.' and not (byte)'\\') written.Append((char)wire[i]);
                else written.Append('\\').Append(Convert.ToString(wire[i], 8).PadLeft(3, '0'));
            }
        }

        return written.ToString();
    }
}

/// <summary>Finds names by their bytes, so that a question's tails are looked up without making objects of them.</summary>
internal sealed class DomainNameComparer : IEqualityComparer<DomainName>, IAlternateEqualityComparer<ReadOnlySpan<byte>, DomainName>
{
    public static DomainNameComparer Instance { get; } = new();

    public static int Hash(ReadOnlySpan<byte> wire)
    {
        var hash = new HashCode();
        hash.AddBytes(wire);
        return hash.ToHashCode();
    }

    public bool Equals(DomainName? x, DomainName? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(DomainName obj) => obj.GetHashCode();

    public bool Equals(ReadOnlySpan<byte> alternate, DomainName other) => alternate.SequenceEqual(other.Wire);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

    public DomainName Create(ReadOnlySpan<byte> alternate) => DomainName.FromWire(alternate);
}
