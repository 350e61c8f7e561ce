using System.Buffers;
using System.IO.Pipelines;

namespace Usher.Wire;

/// <summary>What a client begins to speak.</summary>
public enum FirstSpoken
{
    /// <summary>Nothing: the connection ended before.</summary>
    Nothing,

    /// <summary>TLS: a handshake's record (RFC 8446 section 5.1).</summary>
    Tls,

    /// <summary>HTTP/2 with prior knowledge.</summary>
    Http2,

    /// <summary>Whatever else, which HTTP/1 takes or refuses.</summary>
    Http1,
}

/// <summary>Tells what a client speaks by the first bytes of its connection, so that one port serves all: HTTP/2's begin with its preface, <c>PRI * HTTP/2.0</c> (RFC 9113 section 3.4).</summary>
public static class FirstBytes
{
    /// <summary>So many always tell: PRI is no method of HTTP/1.</summary>
    public const int Enough = 4;

    private const byte Handshake = 0x16;

    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    /// <summary>What is spoken; null while more bytes have to tell.</summary>
    /// <param name="heard">What came so far.</param>
    /// <param name="isAll">Whether no more will come.</param>
    public static FirstSpoken? Tell(ReadOnlySpan<byte> heard, bool isAll)
    {
        if (heard.IsEmpty) return isAll ? FirstSpoken.Nothing : null;
        if (heard[0] == Handshake) return FirstSpoken.Tls;
        if (heard.StartsWith(Preface)) return FirstSpoken.Http2;
        return isAll || !Preface.StartsWith(heard) ? FirstSpoken.Http1 : null;
    }

    /// <summary>Waits for them, and leaves them to be read.</summary>
    public static async ValueTask<FirstSpoken> LookAsync(PipeReader input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var told = Tell(read);
            input.AdvanceTo(read.Buffer.Start, told is null ? read.Buffer.End : read.Buffer.Start);
            if (told is { } spoken) return spoken;
        }
    }

    private static FirstSpoken? Tell(in ReadResult read)
    {
        Span<byte> heard = stackalloc byte[Enough];
        var length = (int)Math.Min(read.Buffer.Length, Enough);
        read.Buffer.Slice(0, length).CopyTo(heard);
        return Tell(heard[..length], read.IsCompleted);
    }
}
