using System.Globalization;
using System.Net;
using Shop.Users.Data;

namespace Shop.Users;

/// <summary>What the environment says.</summary>
/// <param name="Url">Where to listen, or null when ASP.NET Core's own <c>ASPNETCORE_URLS</c> says it.</param>
/// <param name="ListensOn">The same for a person.</param>
/// <param name="Pod">The name in <c>X-Pod</c>.</param>
/// <param name="Database">Which database.</param>
/// <param name="TracesAreExported">Whether somebody wants the spans.</param>
internal sealed record Settings(string? Url, string ListensOn, string Pod, DatabaseSettings Database, bool TracesAreExported)
{
    private const int DefaultPort = 5080;

    /// <summary>Reads the variables.</summary>
    /// <exception cref="SettingsException">One of them can't be used.</exception>
    public static Settings Read(Func<string, string?> variable)
    {
        var urls = Text("ASPNETCORE_URLS");
        var url = urls is null ? ReadUrl() : null;
        return new Settings(
            url,
            urls is null ? url! : $"{urls} (ASPNETCORE_URLS)",
            Text("POD_NAME") ?? Environment.MachineName,
            Text("DATABASE_URL") is { } database ? PostgresSettings.Parse(database) : SqliteSettings.Parse(Text("SHOP_DATABASE") ?? Path.Combine(Text("STATE_DIRECTORY") ?? "", "shop.db")),
            (Text("OTEL_EXPORTER_OTLP_ENDPOINT") ?? Text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")) is not null);

        string? Text(string name) => variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

        string ReadUrl()
        {
            var address = IPAddress.Loopback;
            if (Text("POD_IP") is { } ip && !IPAddress.TryParse(ip, out address))
                throw new SettingsException("POD_IP", $"'{ip}' is not an IP address");
            var port = DefaultPort;
            if (Text("PORT") is { } number
                && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > IPEndPoint.MaxPort))
                throw new SettingsException("PORT", $"'{number}' is not a port number (0 to {IPEndPoint.MaxPort})");
            return $"http://{new IPEndPoint(address, port)}";
        }
    }
}
