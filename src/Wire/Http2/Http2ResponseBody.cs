using System.Buffers;
using System.Text;

namespace Usher.Wire;

/// <summary>A response's body on its way from an HTTP/2 stream to the client, as fast as the client takes it: what isn't read holds the upstream back.</summary>
internal sealed class Http2ResponseBody(HttpResponseMessage response, HttpExchange downstream, Deadline deadline, in ForwardRequest request)
{
    private const int BufferBytes = 16 * 1024;
    private readonly TimeSpan _timeout = request.Options.ResponseTimeout;
    private readonly CancellationToken _canceled = request.Canceled;

    /// <summary>Bytes that came.</summary>
    public long Bytes { get; private set; }

    /// <summary>The trailers, or null.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Trailers { get; private set; }

    /// <summary>Passes the body on. Bytes are sent at once when no more are there, and together while more are.</summary>
    public async ValueTask RelayAsync(BodyFraming framing, CancellationToken cut)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cut);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        while (true)
        {
            var reading = body.ReadAsync(buffer, cut);
            var read = reading.IsCompleted ? await reading : await FlushedAsync(reading.AsTask());
            deadline.Disarm();
            Bytes += read;
            if (framing.Kind == BodyKind.Length && (Bytes > framing.Length || (read == 0 && Bytes < framing.Length)))
            {
                throw new ForwardFailure(
                    ForwardOutcome.MalformedResponse, $"The response's body has {Bytes} bytes, its Content-Length says {framing.Length}.", HttpViolation.InvalidContentLength);
            }

            if (read == 0) break;
            await downstream.WriteBodyAsync(buffer.AsMemory(0, read), _canceled);
            downstream.KeepAwake();
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Sends what was kept back while more is waited for. Should that fail, the read goes on until the stream is cut: its buffer is left to it.</summary>
    private async Task<int> FlushedAsync(Task<int> reading)
    {
        await downstream.FlushAsync(_canceled);
        deadline.Arm(_timeout);
        return await reading;
    }

    /// <summary>Passes on the trailers, once the body is read to its end.</summary>
    /// <exception cref="ForwardFailure">A trailer isn't one.</exception>
    public void RelayTrailers()
    {
        List<KeyValuePair<string, string>> found = [];
        foreach (var (name, values) in response.TrailingHeaders.NonValidated)
        {
            var lower = name.ToLowerInvariant();
            foreach (var value in values) found.Add(new(lower, value));
        }

        if (found.Count == 0) return;
        foreach (var (name, value) in found) downstream.AddTrailer(Encoding.ASCII.GetBytes(name), Encoding.Latin1.GetBytes(value));
        Trailers = found;
    }
}
