using Npgsql;

namespace Shop.Users.Data;

/// <summary>A PostgreSQL server.</summary>
internal sealed class PostgresSettings(NpgsqlConnectionStringBuilder connection) : DatabaseSettings
{
    private const string Variable = "DATABASE_URL";
    private const string Form = "write postgres://user:password@host:port/database";

    /// <summary>For Npgsql. Holds the password.</summary>
    public string ConnectionString { get; } = connection.ToString();

    /// <summary>Turns a URL as libpq, Heroku and most charts write it into Npgsql's settings.</summary>
    /// <exception cref="SettingsException">It isn't one. The message tells the part, never the URL: it holds the password.</exception>
    public static PostgresSettings Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) throw Bad("not a URL");
        if (uri.Scheme is not ("postgres" or "postgresql")) throw Bad("not a postgres:// URL");
        if (uri.Fragment.Length > 0) throw Bad("has a '#'; in a password write it %23");

        var connection = new NpgsqlConnectionStringBuilder();
        var user = uri.UserInfo.Split(':', 2);
        connection.Username = Decode(user[0], "the user");
        if (user.Length == 2) connection.Password = Decode(user[1], "the password");
        connection.Host = Decode(uri.DnsSafeHost, "the host");
        if (uri.Port > 0) connection.Port = uri.Port;
        connection.Database = Decode(uri.AbsolutePath.TrimStart('/'), "the database");
        foreach (var option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)) Apply(option, connection);

        if (string.IsNullOrEmpty(connection.Username)) throw Bad("names no user");
        if (string.IsNullOrEmpty(connection.Host)) throw Bad("names no host");
        if (string.IsNullOrEmpty(connection.Database)) throw Bad("names no database");
        return new PostgresSettings(connection);
    }

    /// <inheritdoc/>
    public override IDatabase Open(IServiceProvider services) => new PostgresDatabase(ConnectionString);

    /// <inheritdoc/>
    public override string ToString() => $"PostgreSQL {connection.Host}:{connection.Port}/{connection.Database}";

    // libpq's names; what Npgsql has no word for is an error rather than silently left out.
    private static void Apply(string option, NpgsqlConnectionStringBuilder connection)
    {
        var pair = option.Split('=', 2);
        var value = pair.Length == 2 ? Decode(pair[1], $"the option {pair[0]}") : "";
        switch (pair[0])
        {
            case "application_name":
                connection.ApplicationName = value;
                break;
            case "connect_timeout" when int.TryParse(value, out var seconds) && seconds is >= 0 and <= 1024:
                connection.Timeout = seconds;
                break;
            case "sslrootcert":
                connection.RootCertificate = value;
                break;
            case "sslmode" when Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode)
                                && Enum.IsDefined(mode):
                connection.SslMode = mode;
                break;
            case "connect_timeout" or "sslmode":
                throw Bad($"its option {pair[0]} has a value that isn't known");
            default:
                throw Bad("has an option other than sslmode, sslrootcert, connect_timeout and application_name");
        }
    }

    private static string Decode(string part, string what)
    {
        var decoded = Uri.UnescapeDataString(part);
        return decoded.Contains('\0', StringComparison.Ordinal) ? throw Bad($"{what} has a zero byte") : decoded;
    }

    private static SettingsException Bad(string problem) => new(Variable, $"{problem}; {Form} (special characters as %XX)");
}
