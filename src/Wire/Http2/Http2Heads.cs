using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Usher.Wire;

/// <summary>Carries heads between our own form and .NET's for HTTP/2. Names go in lower case, bytes beyond ASCII as they are (Latin-1).</summary>
internal static class Http2Heads
{
    /// <summary>The edited head is bounded by what came and what was set: nothing is to be refused here.</summary>
    private static readonly HeadLimits Unlimited = new() { StartLineBytes = int.MaxValue, HeaderBytes = int.MaxValue, TotalBytes = int.MaxValue, HeaderCount = int.MaxValue };

    /// <summary>The Host that a request will have.</summary>
    public static string HostOf(in ForwardRequest request, IPEndPoint remote)
    {
        var head = request.Downstream.Request;
        if (request.RequestEdits is { } edits && edits.TryGet(head, "Host"u8, out var host)) return Encoding.Latin1.GetString(host);
        return head.Host.IsEmpty ? remote.ToString() : Encoding.Latin1.GetString(head.Host);
    }

    /// <summary>
    /// The request as it is sent: hop-by-hop headers and Expect dropped, the edits applied. TE goes on as <c>trailers</c> where the client takes those (RFC 9113 section
    /// 8.2.2), which gRPC servers look for.
    /// </summary>
    /// <param name="request">What is forwarded.</param>
    /// <param name="connection">Where to.</param>
    /// <param name="bytes">The head's size, as HTTP/1.1 would have it.</param>
    public static HttpRequestMessage Write(in ForwardRequest request, Http2Upstream connection, out long bytes)
    {
        var head = request.Downstream.Request;
        var next = new RequestHead();
        var host = head.Host.IsEmpty ? Encoding.ASCII.GetBytes(connection.RemoteEndPoint.ToString()) : [];
        HeadWriter.CopyForwarded(next, Unlimited, head, request.RequestEdits, BodyFraming.None, ConnectionOption.None, host);
        if (next.Form == TargetForm.Asterisk) throw new ForwardFailure(ForwardOutcome.CannotBeCarried, "OPTIONS * can't be sent over HTTP/2 here.");
        bytes = next.WireLength;
        var message = connection.Http2.Request(Encoding.ASCII.GetString(next.Method), Encoding.ASCII.GetString(next.Target));
        for (var i = 0; i < next.HeaderCount; i++) Add(message, Encoding.ASCII.GetString(next.Name(i)), Encoding.Latin1.GetString(next.Value(i)));
        if (TrailerFields.AreTakenBy(head)) message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return message;
    }

    /// <summary>Fills a head with what came; the body's framing, of which HTTP/2 says a length at most.</summary>
    /// <exception cref="ForwardFailure">A header couldn't be passed on, or the head is too large.</exception>
    public static BodyFraming Read(HttpResponseMessage response, ResponseHead head, HeadLimits limits, out long bytes)
    {
        try
        {
            head.SetStatus((int)response.StatusCode);
            Fill(head, response.Headers.NonValidated);
            Fill(head, response.Content.Headers.NonValidated);
        }
        catch (ArgumentException e)
        {
            throw new ForwardFailure(ForwardOutcome.MalformedResponse, "The response has a header that isn't one.", HttpViolation.InvalidHeaderValue, e);
        }

        bytes = head.Length + (head.HeaderCount * 4);
        if (bytes > limits.TotalBytes || head.HeaderCount > limits.HeaderCount)
            throw new ForwardFailure(ForwardOutcome.ResponseHeadTooLarge, "The response's head is larger than allowed.", HttpViolation.HeadTooLarge);
        var violation = HeadSemantics.Read(head, out var semantics, out var message);
        if (violation != HttpViolation.None) throw new ForwardFailure(ForwardOutcome.MalformedResponse, message ?? "", violation);
        head.SetSemantics(semantics);
        return semantics.ContentLength >= 0 ? BodyFraming.OfLength(semantics.ContentLength) : BodyFraming.Chunked;
    }

    private static void Add(HttpRequestMessage message, string name, string value)
    {
        if (message.Headers.TryAddWithoutValidation(name, value)) return;
        // .NET keeps some names with the content, be there a body or not.
        message.Content ??= new ByteArrayContent([]);
        message.Content.Headers.TryAddWithoutValidation(name, value);
    }

    private static void Fill(ResponseHead head, HttpHeadersNonValidated headers)
    {
        foreach (var (name, values) in headers)
        {
            var lower = Encoding.ASCII.GetBytes(name.ToLowerInvariant());
            foreach (var value in values) head.Add(lower, Encoding.Latin1.GetBytes(value));
        }
    }
}
