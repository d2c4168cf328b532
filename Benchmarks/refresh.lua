-- Has wrk send refresh tokens to a token endpoint: wrk -t1 -s refresh.lua URL -- FILE
-- FILE: first the form as far as the token's value, then a token on each line, at least as many as there are connections.
-- A token is sent by one connection at a time. Its answer's refresh_token takes its place; an answer without one gives it back.
local form, waiting, sent, tried = nil, {}, {}, false

function init(args)
    for line in io.lines(args[1]) do
        if form then waiting[#waiting + 1] = line else form = line end
    end
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end

function request()
    local token = assert(table.remove(waiting), "no refresh token is left")
    if tried then sent[#sent + 1] = token else waiting[#waiting + 1] = token end
    tried = true -- wrk only looks at the first request it asks for
    return wrk.format(nil, nil, nil, form .. token)
end

function response(status, headers, body)
    local token = table.remove(sent)
    if status ~= 200 then error("the token endpoint answered " .. status .. ": " .. body) end
    waiting[#waiting + 1] = body:match('"refresh_token"%s*:%s*"([^"]+)"') or token
end
