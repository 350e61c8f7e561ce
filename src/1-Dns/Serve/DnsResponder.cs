using System.Buffers.Binary;
using System.Net;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>Query bytes → answer bytes, for both transports.</summary>
/// <param name="answers">Who decides the questions.</param>
internal sealed class DnsResponder(IAnswers answers)
{
    /// <summary>The largest UDP answer, and what is advertised: Route 53's ("DNS constraints and behaviors" in its developer guide).</summary>
    public const int MaxUdp = 4096;

    /// <summary>The largest answer over TCP.</summary>
    public const int MaxTcp = ushort.MaxValue;

    private const int OptLength = 11;
    // RFC 8914: option 15, and "No Reachable Authority".
    private const ushort ExtendedError = 15;
    private const ushort NoReachableAuthority = 22;

    private static ReadOnlySpan<byte> NotAsked => "other name servers would have to tell, and this road asks none"u8;

    /// <summary>Answers a message.</summary>
    /// <param name="query">The message, whatever is in it.</param>
    /// <param name="answer">Where the answer goes: <see cref="MaxUdp"/> or <see cref="MaxTcp"/> bytes.</param>
    /// <param name="server">Who was asked.</param>
    /// <param name="tcp">Over TCP.</param>
    /// <param name="decision">What was decided; null when nothing was.</param>
    /// <returns>The answer's length; 0 for none.</returns>
    public int Respond(ReadOnlySpan<byte> query, Span<byte> answer, IPEndPoint server, bool tcp, out IDecision? decision)
    {
        decision = null;
        var asked = QueryMessage.Read(query);
        switch (asked.Fate)
        {
            case QueryFate.Drop:
                return 0;
            case QueryFate.Header:
                WriteHeader(answer, query, asked.Code, authoritative: false, questions: 0);
                return QueryMessage.HeaderLength;
            case QueryFate.Question:
                return Write(query, asked, null, asked.Code, answer, tcp);
            default:
                var decided = answers.Answer(new DnsQuestion(DomainName.FromWire(asked.Name), asked.Type), server, tcp, out decision);
                return Write(query, asked, decided, decided.Code, answer, tcp);
        }
    }

    /// <summary>Writes the answer to a message that could not be answered for a reason of ours.</summary>
    public static int Fail(ReadOnlySpan<byte> query, Span<byte> answer)
    {
        if (query.Length < QueryMessage.HeaderLength || (query[2] & 0x80) != 0) return 0;
        WriteHeader(answer, query, ResponseCode.SERVFAIL, authoritative: false, questions: 0);
        return QueryMessage.HeaderLength;
    }

    private static int Write(ReadOnlySpan<byte> query, QueryMessage asked, DnsAnswer? decided, ResponseCode code, Span<byte> answer, bool tcp)
    {
        var why = decided is { End: DnsEnd.Elsewhere } ? NotAsked : default;
        var limit = (tcp ? MaxTcp : Math.Min(asked.UdpSize, MaxUdp)) - (asked.Edns ? OptLength + LengthOfWhy(why) : 0);
        var writer = new MessageWriter(answer, limit, stackalloc ushort[128]);
        WriteHeader(answer, query, code, decided?.Authoritative == true, questions: 1);
        if (decided is { Resolved: true }) answer[3] |= 0x80;
        writer.TryWrite(answer[..QueryMessage.HeaderLength]);
        writer.TryWriteQuestionName(asked.Name);
        writer.TryWrite16((ushort)asked.Type);
        writer.TryWrite16(asked.Class);
        var length = decided is null ? writer.Length : WriteSections(ref writer, decided, answer);
        return asked.Edns ? WriteOpt(answer, length, code, asked.DnssecOk, why) : length;
    }

    /// <summary>
    /// Sets of the answer that don't fit set the TC bit and end it, as does a SOA or a referral's NS; NS under an answer and additional records are
    /// left out without it (RFC 2181 section 9).
    /// </summary>
    private static int WriteSections(ref MessageWriter writer, DnsAnswer decided, Span<byte> answer)
    {
        var fits = true;
        ushort count = 0;
        foreach (var answered in decided.Answers)
        {
            fits = WriteSet(ref writer, answered, decided);
            if (!fits) break;
            count += (ushort)answered.Set.Values.Length;
        }

        BinaryPrimitives.WriteUInt16BigEndian(answer[6..], count);
        if (fits && decided.Authority is { } authority)
        {
            if (WriteSet(ref writer, authority, null)) BinaryPrimitives.WriteUInt16BigEndian(answer[8..], (ushort)authority.Set.Values.Length);
            else fits = decided.End is not (DnsEnd.NoData or DnsEnd.NoName or DnsEnd.Delegated);
        }

        count = 0;
        for (var i = 0; fits && i < decided.Additional.Count; i++)
        {
            if (WriteSet(ref writer, decided.Additional[i], null)) count += (ushort)decided.Additional[i].Set.Values.Length;
        }

        BinaryPrimitives.WriteUInt16BigEndian(answer[10..], count);
        if (!fits) answer[2] |= 0x02;
        return writer.Length;
    }

    private static bool WriteSet(ref MessageWriter writer, AnsweredSet answered, DnsAnswer? ordered)
    {
        Span<int> order = stackalloc int[answered.Set.Values.Length];
        if (ordered is not null) ordered.Order(answered.Set, order);
        else for (var i = 0; i < order.Length; i++) order[i] = i;
        return writer.TryWriteSet(answered.Owner, answered.Set, order);
    }

    // Id, opcode, RD and CD are the query's; QR is set (RFC 1035 section 4.1.1, RFC 4035 section 3.1.6). RA is set later, and only for what a resolver would have found out.
    private static void WriteHeader(Span<byte> answer, ReadOnlySpan<byte> query, ResponseCode code, bool authoritative, ushort questions)
    {
        answer[..QueryMessage.HeaderLength].Clear();
        query[..2].CopyTo(answer);
        answer[2] = (byte)(0x80 | (query[2] & 0x79) | (authoritative ? 0x04 : 0));
        answer[3] = (byte)((query[3] & 0x10) | ((int)code & 0x0F));
        BinaryPrimitives.WriteUInt16BigEndian(answer[4..], questions);
    }

    private static int WriteOpt(Span<byte> answer, int length, ResponseCode code, bool dnssecOk, ReadOnlySpan<byte> why)
    {
        var opt = answer.Slice(length, OptLength + LengthOfWhy(why));
        opt.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)RecordType.OPT);
        BinaryPrimitives.WriteUInt16BigEndian(opt[3..], MaxUdp);
        opt[5] = (byte)((int)code >> 4);
        opt[7] = (byte)(dnssecOk ? 0x80 : 0);
        if (!why.IsEmpty)
        {
            BinaryPrimitives.WriteUInt16BigEndian(opt[9..], (ushort)LengthOfWhy(why));
            BinaryPrimitives.WriteUInt16BigEndian(opt[11..], ExtendedError);
            BinaryPrimitives.WriteUInt16BigEndian(opt[13..], (ushort)(why.Length + 2));
            BinaryPrimitives.WriteUInt16BigEndian(opt[15..], NoReachableAuthority);
            why.CopyTo(opt[17..]);
        }

        var additional = answer.Slice(10, 2);
        BinaryPrimitives.WriteUInt16BigEndian(additional, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(additional) + 1));
        return length + opt.Length;
    }

    private static int LengthOfWhy(ReadOnlySpan<byte> why) => why.IsEmpty ? 0 : why.Length + 6;
}
