-- Part of plot: from the points of a series to its visible ones. Of the points that fall into one column of pixels the
-- first, the lowest, the highest and the last are drawn, in their order; nothing more would change the picture. A series of many
-- points is drawn pale, with the line of its means, so that noisy ones can be distinguished.

local plot_downsample = {}

local Pen = {}
Pen.__index = Pen

function Pen:put(i)
    if self.done == i then return end
    self.done = i
    local line, area = self.line, self.area
    local x = area.left + self.x_axis.at(line.x[i]) * area.width
    local y = area.bottom - self.y_axis.at(line.y[i]) * area.height
    self.points[#self.points + 1] = ("%.1f,%.1f"):format(x, y)
    self.x, self.y = x, y
end

-- The points of the column that ends here.
function Pen:leave()
    if not self.first then return end
    self:put(self.first)
    self:put(math.min(self.lowest, self.highest))
    self:put(math.max(self.lowest, self.highest))
    self:put(self.last)
    self.first = nil
end

-- The line ends here, or has a gap.
function Pen:lift()
    self:leave()
    if #self.points == 1 then self.pieces[#self.pieces + 1] = { single = true, x = self.x, y = self.y }
    elseif #self.points > 1 then self.pieces[#self.pieces + 1] = { points = table.concat(self.points, " ") } end
    self.points = {}
end

function Pen:move(i, column)
    if column ~= self.column then
        self:leave()
        self.column = column
    end
    local y = self.line.y
    if not self.first then self.first, self.lowest, self.highest = i, i, i end
    if y[i] < y[self.lowest] then self.lowest = i end
    if y[i] > y[self.highest] then self.highest = i end
    self.last = i
end

-- A line's visible pieces, { points = "x,y x,y" } or { single = true, x, y }, and where values are lost: x of NaN and infinities,
-- one a column. A series that goes back (a run that was done again) begins a new piece.
function plot_downsample.pieces(line, x_axis, y_axis, area)
    local pen = setmetatable({ line = line, x_axis = x_axis, y_axis = y_axis, area = area, pieces = {}, points = {} }, Pen)
    local lost, columns, before = {}, {}, -math.huge
    for i = 1, #line.y do
        local x, y = line.x[i], line.y[i]
        local across = x_axis.at(x)
        local column = across and across * area.width // 1
        if x < before then pen:lift() end
        before = x
        if not across then pen:lift()
        elseif y - y ~= 0 then
            pen:lift()
            if not columns[column] then lost[#lost + 1] = area.left + column end
            columns[column] = true
        elseif not y_axis.at(y) then pen:lift()
        else pen:move(i, column) end
    end
    pen:lift()
    return pen.pieces, lost
end

local means_most, dense = 150, 2 -- buckets of means; points a pixel

function plot_downsample.is_dense(line, area) return #line.y > dense * area.width end

-- The same series by its means: a point a bucket, of its finite values that have a place on the axis.
function plot_downsample.means(line, x_axis, y_axis)
    local out, bucket = { x = {}, y = {}, run = line.run, dash = line.dash }, nil
    local x_sum, y_sum, count = 0, 0, 0
    local function leave()
        if count > 0 then
            out.x[#out.x + 1], out.y[#out.y + 1] = x_sum / count, y_sum / count
        end
        x_sum, y_sum, count = 0, 0, 0
    end
    for i = 1, #line.y do
        local x, y = line.x[i], line.y[i]
        local across = x_axis.at(x)
        local here = across and math.min(across * means_most // 1, means_most - 1)
        if here ~= bucket then
            leave()
            bucket = here
        end
        if across and y - y == 0 and y_axis.at(y) then x_sum, y_sum, count = x_sum + x, y_sum + y, count + 1 end
    end
    leave()
    return out
end

return plot_downsample
