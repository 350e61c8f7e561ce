namespace Usher.Wire;

/// <summary>Forwards over HTTP/2: finds a connection with a stream for the request, as often as one turns out to take no more.</summary>
internal static class Http2Forwarding
{
    /// <summary>How many connections may turn a request away, one after another, before it has failed.</summary>
    private const int MostConnections = 4;

    public static async ValueTask<ForwardResult> ForwardAsync(ForwardRequest request, Http2Pool pool, UpstreamKey destination)
    {
        var origin = new Http2Origin(destination, destination.Tls is null ? "" : Http2Heads.HostOf(request, destination.Remote));
        for (var left = MostConnections; ; left--)
        {
            request = request with { ConnectStarted = request.Options.TimeProvider.GetTimestamp() };
            Http2Stream stream;
            try
            {
                stream = await RentAsync(request, pool, origin);
            }
            catch (Exception e) when (Forwarder.NotConnected(request, destination, e) is { } result)
            {
                return request.Ended(result);
            }

            using var attempt = new Http2Attempt(stream, pool, request with { Connected = request.Options.TimeProvider.GetTimestamp() });
            if (await attempt.RunAsync(isLast: left == 1) is { } ended) return ended;
        }
    }

    private static async ValueTask<Http2Stream> RentAsync(ForwardRequest request, Http2Pool pool, Http2Origin origin)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.Canceled, request.Downstream.ClientGone);
        return await pool.RentAsync(origin, request.Options.ConnectTimeout, either.Token);
    }
}
