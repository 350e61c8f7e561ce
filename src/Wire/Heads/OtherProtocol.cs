namespace Usher.Wire;

/// <summary>What a server speaks whose answer to HTTP/1.1 isn't HTTP/1.1: the bytes alone would tell nobody.</summary>
internal static class OtherProtocol
{
    /// <summary>Which protocol an answer's first bytes belong to, as a sentence; null when nothing is known of them.</summary>
    internal static string? Answering(ReadOnlySpan<byte> start)
    {
        // RFC 9113 section 3.4: a server's connection preface is a SETTINGS frame (type 4) of stream 0, which it sends without waiting for the client's.
        if (start.Length >= 9 && start[3] == 4 && start[4..9].IndexOfAnyExcept((byte)0) < 0)
            return "It speaks HTTP/2 only (its answer begins with a SETTINGS frame), as gRPC servers do, and was asked over HTTP/1.1.";
        // RFC 8446 section 5.1: an alert (21) or a handshake message (22), of version 3.x.
        if (start.Length >= 2 && start[0] is 0x15 or 0x16 && start[1] == 3)
            return "It speaks TLS, and was asked in the plain.";
        return null;
    }
}
