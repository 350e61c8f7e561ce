using System.Buffers;
using System.Globalization;
using System.Text;
using Usher.Wire;

namespace Usher.LoadBalancer;

/// <summary>What one health check found.</summary>
/// <param name="Passed">Whether it counts as a success.</param>
/// <param name="Reason">AWS's reason code when it didn't, or null.</param>
/// <param name="Description">What came and what was wanted, as DescribeTargetHealth words it, or null.</param>
internal readonly record struct CheckResult(bool Passed, string? Reason, string? Description)
{
    internal static readonly CheckResult Pass = new(true, null, null);
}

/// <summary>
/// One health check (ALB user guide, Health checks for target groups): a TCP connection, or a GET on a connection of its own, with Host = the target's address
/// and port, User-Agent ELB-HealthChecker/2.0. Over HTTP/2, and for gRPC, see <see cref="Http2HealthCheck"/>.
/// </summary>
internal static class HealthCheck
{
    private static readonly byte[] LocalHeader = ProxyHeaderWriter.WriteLocal();

    /// <summary>Makes one.</summary>
    /// <param name="target">Who is asked.</param>
    /// <param name="check">What is asked.</param>
    /// <param name="to">Where to, and from where.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    internal static async Task<CheckResult> RunAsync(
        TargetPlan target, HealthCheckPlan check, UpstreamKey to, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(check.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (check.Tcp)
            {
                // Connected, and closed at once: nothing is asked (NLB user guide, Health checks for target groups).
                (await TcpDialer.ConnectAsync(to, Preface(check), Timeout.InfiniteTimeSpan, time, either.Token)).Dispose();
                return CheckResult.Pass;
            }

            var status = await AskAsync(target, check, to, time, either.Token);
            return status switch
            {
                null => new CheckResult(false, "Target.FailedHealthChecks", "Health checks failed: the target's answer is no HTTP response"),
                { } code when check.Matcher.Matches(code) => CheckResult.Pass,
                { } code => new CheckResult(false, "Target.ResponseCodeMismatch",
                    $"Health checks failed with these codes: [{code}]; {check.Matcher.Text} is wanted of {check.Asks}"),
            };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new CheckResult(false, "Target.Timeout", $"Request timed out after {check.Timeout.TotalSeconds:0} s ({check.Asks})");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            var reason = e is ConnectException connecting ? connecting.Reason : e.GetBaseException().Message;
            return new CheckResult(false, "Target.FailedHealthChecks", $"Health checks failed: {target.Declared}: {reason}");
        }
    }

    private static async Task<int?> AskAsync(
        TargetPlan target, HealthCheckPlan check, UpstreamKey to, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var stream = await TcpDialer.OpenAsync(to, Preface(check), Timeout.InfiniteTimeSpan, time, cancellationToken);
        var host = string.Create(CultureInfo.InvariantCulture, $"{target.Declared.Address}:{target.Declared.Port}");
        if (check.Version != ProtocolVersion.Http1) return await Http2HealthCheck.AskAsync(stream, host, check, cancellationToken);
        var request = $"GET {check.Path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);

        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            for (var length = 0; length < buffer.Length;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0) return null;
                length += read;
                if (StatusOf(buffer.AsSpan(0, length)) is { } known) return known == 0 ? null : known;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ReadOnlyMemory<byte> Preface(HealthCheckPlan check) => check.ProxyHeader ? LocalHeader : default;

    /// <summary>The status once the head is whole; 0 when it is no response; null while more is needed.</summary>
    private static int? StatusOf(ReadOnlySpan<byte> received)
    {
        var head = new ResponseHead();
        var parsed = new Http1Parser(HeadLimits.Responses).ParseResponse(new ReadOnlySequence<byte>(received.ToArray()), head);
        return parsed.Status switch
        {
            ParseStatus.Complete => head.StatusCode,
            ParseStatus.Bad => 0,
            _ => null,
        };
    }
}
