namespace Usher.Wire;

/// <summary>Tells which headers concern one connection and aren't passed on (RFC 9110 section 7.6.1).</summary>
internal static class HopByHop
{
    /// <summary>True for the connection's own headers and those that Connection names. Host and Content-Length are always kept.</summary>
    public static bool Drops(MessageHead head, int index)
    {
        var kind = head.Kind(index);
        if (HeaderKinds.IsHopByHop(kind)) return true;
        if (kind is HeaderKind.Host or HeaderKind.ContentLength) return false;
        var names = head is RequestHead request ? request.Semantics.NamesHeaders : ((ResponseHead)head).Semantics.NamesHeaders;
        return names && IsNamed(head, head.Name(index));
    }

    private static bool IsNamed(MessageHead head, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < head.HeaderCount; i++)
        {
            if (head.Kind(i) != HeaderKind.Connection) continue;
            var options = head.Value(i);
            while (Grammar.NextMember(ref options, out var option))
                if (Grammar.Same(option, name)) return true;
        }

        return false;
    }
}
