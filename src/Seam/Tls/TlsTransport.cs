using System.IO.Pipelines;
using System.Net.Security;

namespace Usher.Seam;

/// <summary>
/// A connection's two ways above TLS, written a whole TLS record at a time (16 KiB, RFC 8446 section 5.1). Kestrel's own writer gives the TLS library 4 KiB at once:
/// four records, four encryptions and as many calls to the system where one does.
/// </summary>
internal sealed class TlsTransport(PipeReader input, SslStream tls) : IDuplexPipe
{
    private static readonly StreamPipeWriterOptions Records = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    /// <inheritdoc/>
    public PipeReader Input { get; } = input;

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(tls, Records);
}
