using Usher.Wire;

namespace Usher.Ingress;

/// <summary>How a location talks to its backend: <c>proxy-body-size</c>, <c>proxy-*-timeout</c>, <c>proxy-buffer-size</c>, with the ConfigMap's values for what an Ingress doesn't say.</summary>
/// <param name="MaxBody">The largest request body in bytes; 0 for any.</param>
/// <param name="Forward">Timeouts and the largest response head.</param>
internal sealed record ProxyRules(long MaxBody, ForwardOptions Forward)
{
    internal static readonly ProxyRules Default = Of(NginxConfig.Default.BodySize, NginxConfig.Default.ConnectTimeout, NginxConfig.Default.ReadTimeout, NginxConfig.Default.SendTimeout, NginxConfig.Default.BufferSize);

    internal static ProxyRules Read(SettingReader reader, NginxConfig config)
    {
        var read = Of(
            reader.Size("proxy-body-size") ?? config.BodySize, reader.Seconds("proxy-connect-timeout") ?? config.ConnectTimeout, reader.Seconds("proxy-read-timeout") ?? config.ReadTimeout,
            reader.Seconds("proxy-send-timeout") ?? config.SendTimeout, BufferSize(reader) ?? config.BufferSize);
        return read == Default ? Default : read;
    }

    /// <summary><c>proxy-buffer-size</c>, from 1k to 1m.</summary>
    internal static int? BufferSize(SettingReader reader)
    {
        if (reader.Size("proxy-buffer-size") is not { } size) return null;
        if (size is >= 1024 and <= 1024 * 1024) return (int)size;
        reader.Wrong("proxy-buffer-size", reader.Text("proxy-buffer-size")!, "a size from 1k to 1m is wanted");
        return null;
    }

    /// <summary>One more try on a stale connection is <c>proxy_next_upstream error</c>.</summary>
    private static ProxyRules Of(long body, TimeSpan connect, TimeSpan read, TimeSpan send, int buffer) => new(body, new ForwardOptions
    {
        ConnectTimeout = connect,
        ResponseTimeout = read,
        SendTimeout = send,
        MaxRequestBody = body == 0 ? long.MaxValue : body,
        ResponseHeadLimits = new HeadLimits { StartLineBytes = buffer, HeaderBytes = buffer, TotalBytes = buffer },
        RetryStaleConnection = true,

        // $connection_upgrade of its nginx.conf: whatever is asked for is asked of the backend.
        Upgrades = ForwardedUpgrades.Any,
    });
}
